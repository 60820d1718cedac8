convert --map tests/golden/convert-groups-columns.xml --join price=maps/examples/02-joins/price.csv tests/golden/convert-groups-columns.csv
