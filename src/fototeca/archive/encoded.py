"""Image files in the formats that a network's graph can decode."""

import io

from PIL import Image

DECODABLE = {"JPEG", "PNG"}
"""Formats, by Pillow's names, that TensorFlow decodes to any number of channels."""


def as_decodable(content: bytes) -> bytes:
    """The file itself, or the same pixels as PNG where the format (TIFF, WebP) or the colours (CMYK) demand it.

    Raises:
        OSError: Pillow can't read the file either.
    """
    with Image.open(io.BytesIO(content)) as image:
        if image.format in DECODABLE and image.mode != "CMYK":
            return content
        converted = io.BytesIO()
        image.convert("L" if image.mode in ("1", "L") else "RGB").save(converted, "PNG")
        return converted.getvalue()
