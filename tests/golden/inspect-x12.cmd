inspect tests/golden/validate-good.edi
