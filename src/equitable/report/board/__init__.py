"""One printable page for a school board's meeting, in several languages."""
