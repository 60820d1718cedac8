validate tests/golden/convert-pricat.out
