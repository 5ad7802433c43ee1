"""One question as a form: read from its lines, checked in the linter's words, written back line by line. Pure."""
