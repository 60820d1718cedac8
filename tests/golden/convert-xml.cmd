convert --map tests/golden/convert-xml-map.xml --date 2026-11-23T02:00:00Z tests/golden/convert-xml.xml
