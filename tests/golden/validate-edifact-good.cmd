validate tests/golden/validate-edifact-good.edi
