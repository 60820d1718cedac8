convert --map tests/golden/convert-from-832-map.xml --date 2026-11-23T02:00:00Z tests/golden/convert-from-832.edi
