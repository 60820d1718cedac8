#!/usr/bin/env bash
# Every test that tests/unit/edi/cases.md names for a case speaks of that case.
set -u
unit=$TEST_TOP/tests/unit
wrong=0

while IFS='|' read -r _ number _ _ files _; do
	for file in ${files//\`/}; do
		grep -qE "\\b([Cc]ases? |r)${number// /}\\b|[Cc]ases [0-9, and]*\\b${number// /}\\b" "$unit/$file" && continue
		echo "case ${number// /}: $file does not speak of it"
		wrong=1
	done
done < <(grep -E '^\| [0-9]+ \|' "$unit/edi/cases.md")
exit $wrong
