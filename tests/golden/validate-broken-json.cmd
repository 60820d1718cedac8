validate --json tests/golden/validate-broken.edi
