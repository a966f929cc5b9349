"""Answers as a person gets them: results that show themselves and write files."""
