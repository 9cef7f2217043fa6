"""Fototeca keeps the labels of an image archive up to date."""

__version__ = "0.1.0"
