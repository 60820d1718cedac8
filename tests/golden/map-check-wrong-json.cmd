map check --json tests/golden/convert-map-wrong.xml
