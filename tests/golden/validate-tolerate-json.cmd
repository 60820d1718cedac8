validate --json --level envelope --tolerate none,leading-text,unpadded-isa,last-terminator tests/golden/validate-tolerate.edi
