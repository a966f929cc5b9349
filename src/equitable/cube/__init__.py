"""The cube: one scan of the students, then cells.  Only this room ever sees a student."""
