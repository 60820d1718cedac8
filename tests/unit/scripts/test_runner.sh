#!/usr/bin/env bash
# The test runners count what happened: a crash, a missing result, a time-out and a skip are not a pass, and CI takes
# no skip whose reason is not listed.
set -u
top=$TEST_TMP/tree
wrong=0
mkdir -p "$top"/tests/unit/base "$top"/build/tests/unit/base
cp "$TEST_TOP/tests/unit/run" "$top/tests/unit/run"
cp "$TEST_TOP/tests/run" "$top/tests/run"
unset CI MAKEFLAGS

# script NAME TEXT: a test script; c NAME OUTPUT STATUS: a program that speaks as cmocka does.
script() { printf '%s\n' "$2" >"$top/tests/unit/base/test_$1.sh"; }
c() {
	touch "$top/tests/unit/base/test_$1.c"
	printf '#!/bin/sh\nprintf "%s"\n%s\n' "$2" "$3" >"$top/build/tests/unit/base/test_$1"
	chmod +x "$top/build/tests/unit/base/test_$1"
}

# unit STATUS TOTAL LINE WHAT
unit() {
	local said status
	said=$(TEST_TOP=$top TEST_BUILD=$top/build TEST_FLAVOUR= "$top/tests/unit/run" 2>&1)
	status=$?
	if [ "$status" != "$1" ] || [ "$(tail -n 1 <<<"$said")" != "$2" ] || ! grep -qF -- "$3" <<<"$said"; then
		printf '%s: left with %s, expected %s, "%s" and "%s"; said:\n%s\n' "$4" "$status" "$1" "$3" "$2" "$said"
		wrong=$((wrong + 1))
	fi
	rm -f "$top"/tests/unit/base/* "$top"/build/tests/unit/base/*
}

unit 0 "0 passed, 0 failed, 0 skipped" "" "no tests"
c a '1..2\nok 1 - x\nnoise ok 2 - y\n' 'exit 0'
unit 0 "2 passed, 0 failed, 0 skipped" "ok    base/test_a (2" "two that pass"
c a '1..3\nok 1 - x\nnot ok 2 - y\n# 1 != 2\nnot ok 3 # SKIP z\n' 'exit 1'
unit 1 "1 passed, 1 failed, 1 skipped" "FAIL  base/test_a: y" "one of each"
c a '1..3\nok 1 - x\n' 'kill -SEGV $$'
unit 1 "1 passed, 1 failed, 0 skipped" "ended after 1 of 3 test functions (killed by SIGSEGV)" "a crash"
c a '1..1\nok 1 - x\n' 'exit 3'
unit 1 "1 passed, 1 failed, 0 skipped" "the program failed (exit status 3)" "a leak found at exit"
c a '' 'exit 0'
unit 1 "0 passed, 1 failed, 0 skipped" "no plan and no result" "a program that tests nothing"
c a '1..0\n' 'exit 0'
unit 1 "0 passed, 1 failed, 0 skipped" "ended after 0 of 0" "a group without tests"
c a '1..1\nnot ok 0 - setup\n' 'exit 1'
unit 1 "0 passed, 2 failed, 0 skipped" "FAIL  base/test_a: setup" "a group whose set-up fails"
touch "$top/tests/unit/base/test_b.c"
unit 1 "0 passed, 1 failed, 0 skipped" "cannot be started" "a test that was not built"
script s 'true'
unit 0 "1 passed, 0 failed, 0 skipped" "" "a script that passes"
script s 'echo because; exit 77'
unit 0 "0 passed, 0 failed, 1 skipped" "SKIP  base/test_s: because" "a script that skips"
script s 'echo reason >&2; exit 2'
unit 1 "0 passed, 1 failed, 0 skipped" "      reason" "a script that fails"
script s $'# seconds: 1\nsleep 30'
unit 1 "0 passed, 1 failed, 0 skipped" "not finished after 1 seconds" "a script that hangs"
script s '[ -z "$(ls -A)" ] && [ "$PWD" = "$TEST_TMP" ] && touch mine'
script t '[ -z "$(ls -A)" ] && [ -n "$GRIDSPOOL" ] && touch mine'
unit 0 "2 passed, 0 failed, 0 skipped" "" "a folder each"
script s "sleep 600 & echo \$! > $top/left"
unit 0 "1 passed, 0 failed, 0 skipped" "" "a script that leaves a process"
sleep 0.2
if kill -0 "$(cat "$top/left")" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$(cat "$top/left")/status"; then
	echo "the process that a test left is still running"
	wrong=$((wrong + 1))
fi

# whole CI STATUS TOTAL WHAT: tests/run with a make that says what $top/said has, each time.
cat >"$top/make" <<'EOF'
#!/bin/sh
cat "$(dirname "$0")/said"
exit "$(cat "$(dirname "$0")/status")"
EOF
chmod +x "$top/make"
whole() {
	local said status
	said=$(CI=$1 TEST_TOP=$top MAKE=$top/make "$top/tests/run" 2>&1)
	status=$?
	if [ "$status" != "$2" ] || [ "$(tail -n 1 <<<"$said")" != "$3" ] || [ "$(cat "$top/build/test-total")" != "$3" ]; then
		printf '%s: left with %s, expected %s and "%s"; said:\n%s\n' "$4" "$status" "$2" "$3" "$said"
		wrong=$((wrong + 1))
	fi
}
echo 0 >"$top/status"
echo '2 passed, 0 failed, 0 skipped' >"$top/said"
whole '' 0 '18 passed, 0 failed, 0 skipped' "nine good steps"
printf 'SKIP  a/test_b: no such thing\n2 passed, 0 failed, 1 skipped\n' >"$top/said"
whole '' 0 '18 passed, 0 failed, 9 skipped' "a skip on a desk"
whole true 1 '18 passed, 9 failed, 0 skipped' "a skip in CI"
echo 'no such thing' >"$top/tests/skips-allowed"
whole true 0 '18 passed, 0 failed, 9 skipped' "a skip in CI with a reason that is listed"
echo 1 >"$top/status"
echo '2 passed, 1 failed, 0 skipped' >"$top/said"
whole '' 1 '18 passed, 9 failed, 0 skipped' "failures"
echo 'error: it does not compile' >"$top/said"
whole '' 1 '0 passed, 9 failed, 0 skipped' "a build that fails"
echo '2 passed, 0 failed, 0 skipped' >"$top/said"
whole '' 1 '18 passed, 9 failed, 0 skipped' "a total without fault, but a status that has one"

exit $((wrong > 0))
