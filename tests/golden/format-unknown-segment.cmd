format show 004010/832/LIM
