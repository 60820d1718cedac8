convert --map tests/golden/convert-join-xml-map.xml --join master=tests/golden/convert-join-xml.xml tests/golden/convert-join-xml.json
