inspect maps/examples/04-texts/items.json
