"""Privacy: nothing reaches people but what went through here."""
