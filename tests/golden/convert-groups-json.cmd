convert --map tests/golden/convert-groups-json.xml tests/golden/convert-groups.json
