validate tests/golden/validate-broken.edi
