"""IDEA's significant disproportionality (34 CFR 300.647)."""
