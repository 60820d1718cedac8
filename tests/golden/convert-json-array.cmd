convert --map tests/golden/convert-json-array.xml --date 2026-11-23T02:00:00Z tests/golden/convert-json-array.json
