"""Drawn landmarks of Mars, laid out as version 3.2 of the published set."""
