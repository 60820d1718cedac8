validate --json tests/golden/validate-good.edi tests/golden/validate-none.edi tests/golden/validate-good.edi
