convert --map tests/golden/convert-joined-place.xml --date 2026-11-23 --join price=tests/golden/convert-joined-place.csv tests/golden/convert-joined-place.json
