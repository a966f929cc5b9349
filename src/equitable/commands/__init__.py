"""The commands one by one, what they share, and how results look in a terminal."""
