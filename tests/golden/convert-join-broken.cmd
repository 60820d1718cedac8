convert --map tests/golden/convert-join-broken.xml --date 2026-11-23T02:00:00Z --join prices=tests/golden/convert-join-broken.csv tests/golden/convert-join-edi.json
