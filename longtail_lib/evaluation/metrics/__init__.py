"""What is measured of a list: accuracy and exposure, with formulas at the head of each file."""
