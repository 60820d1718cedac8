#!/bin/sh
# Each corner case of EDIFACT, counted r63 to r93, is named by a test.
cd "$TEST_TOP" || exit 1
status=0
n=63
while [ "$n" -le 93 ]; do
	if ! grep -qrE "\br$n\b" --include='test_*.c' --include='test_*.py' tests/unit/edi tests/peers; then
		echo "r$n: no test in tests/unit/edi or tests/peers has its number"
		status=1
	fi
	n=$((n + 1))
done
exit $status
