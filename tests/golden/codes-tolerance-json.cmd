codes --json unpadded-isa
