convert --map maps/examples/02-joins/map.xml --date 2026-11-23 maps/examples/02-joins/items.json
