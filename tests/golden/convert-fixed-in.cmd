convert --map tests/golden/convert-fixed-in.xml tests/golden/convert-fixed.out
