"""Tables of counts that somebody is about to post, read as they stand on the page."""
