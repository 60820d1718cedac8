convert --map tests/golden/convert-one-column.xml --date 2026-11-23T02:00:00Z tests/golden/convert-one-column.csv
