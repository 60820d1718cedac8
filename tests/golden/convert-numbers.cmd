convert --map maps/examples/06-numbers/map.xml --date 2026-11-23T02:00:00Z --set agreement/catalog=AUTUMN --set partner/gln=9521000101111 maps/examples/06-numbers/items.csv
