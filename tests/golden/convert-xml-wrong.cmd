convert --map tests/golden/convert-xml-wrong.xml maps/examples/01-first/items.json
