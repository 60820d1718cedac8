validate tests/golden/validate-cut.edi
