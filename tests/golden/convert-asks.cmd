convert --map maps/examples/02-joins/map.xml --date 2026-11-23 --join mastr=x.csv maps/examples/02-joins/items.json
