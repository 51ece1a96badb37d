"""What people do with the register at the window: bring lists in, judge doubtful pairs, see how good it is, publish and hand it out."""
