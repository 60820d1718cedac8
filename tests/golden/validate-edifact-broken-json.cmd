validate --json --level structure tests/golden/validate-edifact-broken.edi
