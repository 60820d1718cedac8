convert --map tests/golden/convert-encoding.xml --encoding windows-1252 --join colour=tests/golden/convert-encoding-join.csv,encoding=iso-8859-1 tests/golden/convert-encoding.csv
