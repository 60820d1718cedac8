format show 005010/823
