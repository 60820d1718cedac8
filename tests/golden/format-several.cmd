format show 832/LIN
