"""Why ours differs from theirs: factors, the runs that test them, and the answer."""
