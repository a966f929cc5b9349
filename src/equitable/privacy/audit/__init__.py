"""The attacker's audit: what a reader can work out from all that is published."""
