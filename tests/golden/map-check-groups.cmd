map check tests/golden/map-check-groups.xml
