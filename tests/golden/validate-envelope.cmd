validate --level envelope tests/golden/validate-broken.edi
