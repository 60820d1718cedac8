map check no-such.xml maps/examples/01-first/map.xml
