"""Report: what was found, as pages, workbooks and pictures a school board can use."""
