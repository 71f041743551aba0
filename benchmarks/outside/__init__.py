"""Papers that are not part of the suite: where they are, how one begins, and what it must fulfil."""
