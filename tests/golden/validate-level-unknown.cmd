validate --level struktur tests/golden/validate-tolerate.edi
