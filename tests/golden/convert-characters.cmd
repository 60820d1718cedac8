convert --characters transliterate --map maps/examples/01-first/map.xml --date 2026-11-23T02:00:00Z --set agreement/catalog=AW–26 --set partner/gln=9521000101111 tests/golden/convert-characters.json
