"""The cube: one scan of the students, then cells."""
