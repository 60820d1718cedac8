format show 004010/997
