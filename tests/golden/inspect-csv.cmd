inspect maps/examples/02-joins/price.csv
