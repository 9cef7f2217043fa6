"""Bringing images into the archive: from a source and its labels to shards, splits and a dataset."""
