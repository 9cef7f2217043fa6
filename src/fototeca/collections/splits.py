"""The splits of a dataset."""

SPLITS = ("train", "val", "test")
"""Images to learn from, to choose by, and to measure on."""

DOUBTFUL = "doubtful"
"""Stands for a split where a photograph's date is doubtful: it is kept, but never trained on or measured against."""
