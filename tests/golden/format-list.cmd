format list
