"""Unattended runs: their plans, and the schedulers that start them."""
