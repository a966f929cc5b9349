"""The attacker's audit: what a reader can work out from everything that is published."""
