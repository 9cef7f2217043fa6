"""Which model is best, and which one is in force."""
