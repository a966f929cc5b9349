"""Intake: from what people have to records and their meaning."""
