"""Intake: from what people have - files, folders, frames - to records and their meaning."""
