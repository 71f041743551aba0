"""Documents whose numbers were measured: on planted errors, changed certificates and simulated papers."""
