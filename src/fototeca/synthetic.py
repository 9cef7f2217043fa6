"""The mark of images that were drawn, not taken: who draws sets it, ingest reads it, and whoever shows one says so."""

COMMENT = b"synthetic: drawn by Fototeca"
"""JPEG comment of every drawn image, so that a copy without its surroundings is still known."""

FILE = "SYNTHETIC.txt"
"""File in the root of a source of which all images are drawn."""


def is_drawn(comment: object) -> bool:
    """Whether an image's comment, as Pillow gives it, says that the image is drawn."""
    return isinstance(comment, bytes) and comment.startswith(b"synthetic:")
