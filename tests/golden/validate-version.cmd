validate --version 005010 tests/golden/validate-good.edi
