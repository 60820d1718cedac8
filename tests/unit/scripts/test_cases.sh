#!/usr/bin/env bash
# tests/unit/edi/cases.md has each of the 97 cases, and every test that it names for one speaks of it.
set -u
unit=$TEST_TOP/tests/unit
wrong=0

for number in {1..97}; do
	grep -q "^| $number |" "$unit/edi/cases.md" && continue
	echo "case $number: cases.md has no row for it"
	wrong=1
done
while IFS='|' read -r _ number _ _ files _; do
	for file in ${files//\`/}; do
		grep -qE "\\b([Cc]ases? |r)${number// /}\\b|[Cc]ases [0-9, and]*\\b${number// /}\\b" "$unit/$file" && continue
		echo "case ${number// /}: $file does not speak of it"
		wrong=1
	done
done < <(grep -E '^\| [0-9]+ \|' "$unit/edi/cases.md")
exit $wrong
