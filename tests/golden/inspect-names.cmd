inspect tests/golden/inspect-names.json
