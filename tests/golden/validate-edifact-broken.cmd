validate --usage P --version D01B tests/golden/validate-edifact-broken.edi
