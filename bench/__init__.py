"""What is timed, against what a user would do instead, in one run: `make bench`."""
