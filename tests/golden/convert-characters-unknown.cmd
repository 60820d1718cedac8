convert --characters replaced --map maps/examples/01-first/map.xml --set agreement/catalog=AW26 tests/golden/convert-characters.json
