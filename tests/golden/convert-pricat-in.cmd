convert --map maps/edifact-pricat-to-ampliance-product.xml tests/golden/convert-pricat.out
