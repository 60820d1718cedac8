convert --map tests/golden/convert-json-attributes.xml maps/examples/01-first/items.json
