codes unpadded-isa
