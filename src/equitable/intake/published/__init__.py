"""Tables that somebody published: marks, breakdowns, the civil-rights layout."""
