convert --map tests/golden/convert-groups-xml.xml tests/golden/convert-groups.json
