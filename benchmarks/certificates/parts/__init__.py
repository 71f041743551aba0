"""The parts of a certificate: how each is written, and how it is read again."""
