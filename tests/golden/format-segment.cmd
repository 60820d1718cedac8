format show --all x12/004010/997/AK5
