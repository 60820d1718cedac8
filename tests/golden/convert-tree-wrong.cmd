convert --map tests/golden/convert-tree-wrong.xml maps/examples/01-first/items.json
