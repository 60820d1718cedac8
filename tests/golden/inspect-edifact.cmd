inspect tests/golden/validate-edifact-good.edi
