#!/usr/bin/env bash
# Every check bites: a good tree passes all of them, and each bad change to it is refused with a line that names it.
set -u
checks=$TEST_TOP/scripts
top=$TEST_TMP/tree
wrong=0

good_tree() {
	rm -rf "$top"
	mkdir -p "$top"/{src/base,src/model,src/cli,build/obj/base,build/obj/model,tests/unit/base,scripts}
	cp "$TEST_TOP/.clang-format" "$top/"
	printf 'all:\n\n.PHONY: all\n' >"$top/Makefile"
	printf 'Run `make all`, then `gridspool run`.\n' >"$top/README.md"
	printf 'base/ has `num.c` and `num.h`; model/ and cli/ follow.\n' >"$top/src/README.md"
	printf 'unit/ has the unit tests.\n' >"$top/tests/README.md"
	printf 'Nothing yet.\n' >"$top/scripts/README.md"
	cat >"$top/src/LAYERS" <<-'EOF'
		rank 0 base
		rank 1 model
		rank 2 cli
		system stdio.h stdlib.h string.h time.h
		header sqlite3.h model/db.c
		allow base/mem.c malloc : asks for memory
	EOF
	cat >"$top/src/base/num.h" <<'EOF'
#ifndef BASE_NUM_H
#define BASE_NUM_H
struct err;
#define ATTR_CHECK __attribute__((warn_unused_result))
int num_add(int a, int b);
int num_read(int *out, struct err *e) ATTR_CHECK;
#endif
EOF
	cat >"$top/src/base/num.c" <<'EOF'
#include "base/num.h"
#include <stdio.h>
/* strcpy( is only a word here */
static const char *const words[] = {"strcpy(x)", "b"};
int num_add(int a, int b)
{
	return a + b + words[0][0];
}
EOF
	cat >"$top/tests/unit/base/test_num.c" <<'EOF'
int main(void)
{
	return 0;
}
EOF
}

build() {
	local f o
	for f in "$top"/src/*/*.c; do
		o=$top/build/obj/${f#"$top"/src/}
		gcc -std=c11 -fPIE -I"$top/src" -c -o "${o%.c}.o" "$f" || wrong=$((wrong + 1))
	done
}

passes() {
	local said
	if ! said=$("$checks/check-$1" "$top" 2>&1); then
		printf 'check-%s refuses %s:\n%s\n' "$1" "$2" "$said"
		wrong=$((wrong + 1))
	fi
}

# bites CHECK TEXT WHAT: the check fails, and what it says has TEXT in it.
bites() {
	local said
	if said=$("$checks/check-$1" "$top" 2>&1); then
		printf 'check-%s does not see %s\n' "$1" "$3"
		wrong=$((wrong + 1))
	elif [[ $said != *"$2"* || $said == *Traceback* ]]; then
		printf 'check-%s sees %s, but does not say "%s":\n%s\n' "$1" "$3" "$2" "$said"
		wrong=$((wrong + 1))
	fi
	good_tree
}

names=()
for check in "$checks"/check-*; do
	names+=("${check##*/check-}")
done
good_tree
build
for name in "${names[@]}"; do
	passes "$name" "a good tree"
done
tried=" "
good_tree

try() {
	tried+="$1 "
	bites "$@"
}

mkdir -p "$top"/{src/stage,spool}
printf '{"EMPTY", "nothing in it", "exporter", "export again"},\n' >"$top/src/stage/reason.c"
printf '| EMPTY | nothing in it | somebody | export again |\n' >"$top/spool/README.md"
try reasons 'reason EMPTY is told in other words' "a reason that the guide words differently"
mkdir -p "$top"/{src/stage,spool}
printf '{"EMPTY", "nothing in it", "exporter", "export again"},\n' >"$top/src/stage/reason.c"
printf 'none\n' >"$top/spool/README.md"
try reasons 'reason EMPTY is missing' "a reason that the guide leaves out"
printf '#include "model/node.h"\n' >>"$top/src/base/num.c"
touch "$top/src/model/node.h"
try layers 'src/base/num.c:9: "model/node.h" has rank 1' "an include of a higher rank"
printf '#include <sqlite3.h>\n' >"$top/src/model/other.c"
try layers '<sqlite3.h> may be included by model/db.c only' "a third-party header in the wrong file"
printf '#include <yajl.h>\n' >>"$top/src/base/num.c"
try layers '<yajl.h> is neither' "a header that is not listed"
printf '#include <ctype.h>\n' >>"$top/src/base/num.c"
try layers '<ctype.h> depends on the locale' "ctype.h"
printf '#include "base/absent.h"\n' >>"$top/src/base/num.c"
try layers 'is not a file under src' "a project header that is not there"
mkdir -p "$top/src/odd" && touch "$top/src/odd/a.c"
try layers 'folder odd has no rank' "a folder without rank"
printf 'rnak 1 base\n' >>"$top/src/LAYERS"
try layers "src/LAYERS:7: 'rnak 1 base' is not understood" "a wrong line in LAYERS"

printf 'int other(void);\nint other(void)\n{\n\treturn 1;\n}\n' >>"$top/src/base/num.c"
build
try symbols 'exports other; expected num_' "a symbol without its stem"
printf 'int stray;\n' >>"$top/src/base/num.c"
build
try symbols 'exports stray' "a variable without its stem"
rm -f "$top/build/obj/base/num.o"
try symbols 'is not built' "an object that is not there"

for call in 'sprintf(s, "x")' 'strtol(s, 0, 10)' 'unlink(s)' 'malloc(3)' 'isspace(3)' 'localtime(0)' 'time(0)' 'clock_gettime(0, 0)' 'sscanf(s, "x")'; do
	printf 'int num_x(char *s)\n{\n\treturn (int)%s;\n}\n' "$call" >>"$top/src/base/num.c"
	try banned "src/base/num.c:11: ${call%%(*} is banned" "$call"
done
printf 'void f(void)\n{\n\tstrcpy(a, b);\n\tunlink(a);\n}\n' >>"$top/tests/unit/base/test_num.c"
try banned 'tests/unit/base/test_num.c:7: strcpy is banned' "strcpy in a test"
printf 'void *mem_x(void)\n{\n\treturn malloc(3);\n}\n' >"$top/src/base/mem.c"
passes banned "a word that LAYERS allows"
printf 'int num_x(struct x *s)\n{\n\treturn s->rename(s) + s.unlink;\n}\n' >>"$top/src/base/num.c"
passes banned "a member of that name"
printf 'int num_t(int time)\n{\n\treturn time + 1;\n}\n' >>"$top/src/base/num.c"
passes banned "a variable called time"
printf 'void *mem_y(void)\n{\n\treturn realloc(0, 3);\n}\n' >>"$top/src/base/mem.c"
try banned 'realloc is banned' "another word than the one allowed"

sed -i 's/BASE_NUM_H/NUM_H/' "$top/src/base/num.h"
try headers 'expected #ifndef BASE_NUM_H' "a wrong guard"
sed -i 's/^int num_add.*/size_t num_add(int a);/' "$top/src/base/num.h"
try headers 'does not compile alone' "a header that needs another"
sed -i 's/ ATTR_CHECK;/;/' "$top/src/base/num.h"
try headers 'num_read can fail; expected ATTR_CHECK' "a result that may be ignored"

long() { # long LINES: a function of that many lines with its braces
	printf 'int num_long(int a)\n{\n'
	for ((i = 0; i < $1 - 3; i++)); do printf '\ta++;\n'; done
	printf '\treturn a;\n}\n'
}
long 121 >>"$top/src/base/num.c"
try size 'num_long has 121 lines' "a function of 121 lines"
long 120 >>"$top/src/base/num.c"
passes size "a function of 120 lines"
good_tree
for ((i = 0; i < 1200; i++)); do echo; done >>"$top/src/base/num.c"
try size 'src/base/num.c: has 1208 lines' "a file of 1208 lines"

rm "$top/src/README.md"
try docs 'src/README.md: is not there' "a folder without README"
touch "$top/src/base/novel.c"
try docs 'src/base/novel.c: is named neither' "a file that no README names"
printf 'See `base/gone.c`.\n' >>"$top/src/README.md"
try docs 'src/README.md:2: names gone.c' "a README that names a file that is gone"
mkdir "$top/tests/golden"
try docs 'tests/golden: has no README.md' "a folder that nobody describes"
mkdir -p "$top/tests/a.test" && touch "$top/tests/a.xml"
passes docs "the cases of a map"
rm "$top/tests/a.xml"
try docs 'tests/a.test: has no README.md' "cases of a map that is gone"
touch "$top/scripts/novel"
try docs 'scripts/novel: is not named' "a script that nobody describes"
printf 'b:\n\n.PHONY: all new\n' >"$top/Makefile"
try docs 'target new is described nowhere' "a make target that nobody describes"
printf '#!/bin/sh\nprintf "commands:\\n  run    runs\\n  walk ID...  walks\\n  ls  [--x]\\n"\n' >"$top/build/gridspool"
chmod +x "$top/build/gridspool"
mkdir -p "$top/spool" && printf 'gridspool ls\n' >"$top/spool/README.md"
try docs 'command walk is described nowhere' "a command that nobody describes"
printf '#!/bin/sh\nexit 3\n' >"$top/build/gridspool"
chmod +x "$top/build/gridspool"
try docs '--help left with 3' "a program without help"
rm -f "$top/build/gridspool"

printf 'int num_x( void );\n' >>"$top/src/base/num.c"
try fmt 'num.c:9' "a line laid out by hand"

for state in 'static int count; int num_c(void) { return count++; }' 'int num_c(void) { static int n = 3; return n++; }' \
	'_Thread_local int num_c = 4;' 'const char *num_c = "x";'; do
	printf '%s\n' "$state" >>"$top/src/base/num.c"
	build
	try static-state 'src/base/num.c: ' "$state"
done
printf 'static int count; int num_c(void) { return count++; }\n' >>"$top/src/base/num.c"
printf 'state base/num.c count because of the test\n' >>"$top/src/LAYERS"
build
passes static-state "a variable that LAYERS names"

good_tree
touch "$top/tests/unit/base/test_gone.c"
try tests-mirror 'src/base/gone.c is not there' "a test of nothing"
touch "$top/tests/unit/base/helper.c"
try tests-mirror 'is neither a test' "a helper in the wrong place"
touch "$top/tests/unit/test_num.c"
try tests-mirror 'so it is neither built nor run' "a test that would not run"

mkdir "$top/tools"
try top 'tools: is at the top level' "a new folder at the top"

for name in "${names[@]}"; do
	[[ $tried == *" $name "* ]] || { echo "check-$name is never shown a bad tree here"; wrong=$((wrong + 1)); }
done
exit $((wrong > 0))
