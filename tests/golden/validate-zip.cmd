validate tests/golden/validate-zip.zip
