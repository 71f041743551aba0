"""Evidence: which code made a record, whether today's code is the same, and whether a change of code matters."""
