"""What to know of the data before trusting a figure made from it."""
