inspect maps/examples/01-first/map.xml
