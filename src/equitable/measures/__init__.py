"""Measures: pure functions on cells, each with its source and its published check."""
