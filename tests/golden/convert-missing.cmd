convert --map tests/golden/convert-missing.xml --date 2026-11-23T02:00:00Z tests/golden/convert-missing.json
