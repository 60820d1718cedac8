validate --tolerate unpaded-isa tests/golden/validate-tolerate.edi
