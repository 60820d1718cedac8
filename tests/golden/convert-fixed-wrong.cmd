convert --map tests/golden/convert-fixed-wrong.xml --join more=tests/golden/convert-fixed.out tests/golden/convert-fixed.out
