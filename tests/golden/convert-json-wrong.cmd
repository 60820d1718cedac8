convert --map tests/golden/convert-json-wrong.xml maps/examples/01-first/items.json
