"""Summaries of inequality over all groups, with their intervals."""
