"""Commands that write and run the units of schedulers."""
