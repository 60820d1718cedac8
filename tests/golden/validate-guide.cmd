validate --guide maps/guides/acme-832.xml tests/golden/validate-good.edi
