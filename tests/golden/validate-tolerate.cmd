validate --tolerate leading-text,unpadded-isa,lower-case-tags,trailing-separators,empty-segments,last-terminator tests/golden/validate-tolerate.edi
