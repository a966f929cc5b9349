"""Readers: from a file of some kind to rows that the engine reads."""
