convert --map maps/examples/01-first/map.xml --date 2026-11-23T02:00:00Z --set agreement/catalog=AUTUMN --una --release '!' maps/examples/01-first/items.json
