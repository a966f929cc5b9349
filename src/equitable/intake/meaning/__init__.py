"""What columns mean: roles, traits, outcomes, and the proposal of ``equity.toml``."""
