"""From a file to the counts that risk ratios are made of, and to the answer."""
