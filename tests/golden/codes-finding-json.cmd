codes --json KEY-DUPLICATE
