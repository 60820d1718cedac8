convert --map tests/golden/convert-json-document.xml --date 2026-11-23 tests/golden/convert-fixed.csv
