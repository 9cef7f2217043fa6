"""Uploads become requests, answers become predictions: each image exactly once."""
