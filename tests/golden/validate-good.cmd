validate tests/golden/validate-good.edi
