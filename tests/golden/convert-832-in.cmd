convert --map maps/x12-832-to-ampliance-product.xml tests/golden/convert-832-in.edi
