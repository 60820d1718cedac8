inspect tests/golden/inspect-control.csv
