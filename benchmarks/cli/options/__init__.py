"""What commands are told: shared arguments, settings of trials, and what a shell completes."""
