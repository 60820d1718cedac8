map check maps/examples/01-first/map.xml
