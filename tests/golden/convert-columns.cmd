convert --map tests/golden/convert-columns.xml --date 2026-11-23 --join price=maps/examples/02-joins/price.csv tests/golden/convert-columns.csv
