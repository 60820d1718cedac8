inspect tests/golden/inspect-one-column.csv
