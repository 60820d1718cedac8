convert --map tests/golden/convert-xml-doctype.xml tests/golden/convert-xml-doctype.json
