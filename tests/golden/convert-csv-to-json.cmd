convert --map maps/csv-to-ampliance-product.xml tests/golden/convert-csv-to-json.csv
