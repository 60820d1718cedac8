convert --map maps/examples/04-texts/map.xml --date 2026-11-23T02:00:00Z --set agreement/catalog=AUTUMN --set partner/gln=9521000101111 maps/examples/04-texts/items.json
