convert --map tests/golden/convert-fixed.xml tests/golden/convert-fixed.csv
