validate maps/examples/01-first/items.json maps/examples/01-first/map.xml maps/examples
