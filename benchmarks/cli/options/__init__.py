"""The options of commands: shared arguments, settings of trials, and what a shell completes."""
