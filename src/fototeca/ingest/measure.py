"""Measuring an image: it is decoded once, whole, so that nothing broken gets into a dataset."""

import hashlib
import io
import warnings
from dataclasses import dataclass

import imagehash
import numpy as np
from PIL import Image

from fototeca.synthetic import is_drawn

FORMATS = ("JPEG", "PNG")
"""What the networks' own decoder reads as well."""

LEVELS = np.arange(256)
SMALL = 32
"""Shortest side, in pixels, to which an image is reduced before it is hashed: the hash itself looks at 9x8."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an image may be, as the collection's YAML has it; plain, so that processes that measure import little."""

    modes: tuple[str, ...]
    min_side: int
    max_pixels: int
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What a manifest says of an image's bytes."""

    id: str
    """sha256 of the bytes."""
    synthetic: bool
    width: int
    height: int
    mode: str
    format: str
    bytes: int
    brightness: float
    """Mean grey level, 0 to 255."""
    contrast: float
    """Standard deviation of the grey level."""
    phash: str
    """64 bits of a difference hash, hexadecimal."""


class Unusable(Exception):
    """The bytes are no image that the collection takes; the message is the reason."""


def measure(content: bytes, limits: Limits) -> Measured:
    """Decode and measure an encoded image. What its name says of its format does not matter.

    Raises:
        Unusable: it is empty, no image, damaged, or not within the limits.
    """
    if not content:
        raise Unusable("it is empty")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of oddities in images that it reads nevertheless
        image = _decode(content, limits)
        grey = image if image.mode == "L" else image.convert("L")
        mean, deviation = _grey_level(grey)
        return Measured(
            id=hashlib.sha256(content).hexdigest(),
            synthetic=is_drawn(image.info.get("comment")),
            width=image.width,
            height=image.height,
            mode=image.mode,
            format=image.format or "",
            bytes=len(content),
            brightness=round(mean, 3),
            contrast=round(deviation, 3),
            phash=str(imagehash.dhash(grey.reduce(max(1, min(grey.size) // SMALL)))),
        )


def _grey_level(grey: Image.Image) -> tuple[float, float]:
    """Mean and standard deviation, from the histogram."""
    counts = np.array(grey.histogram())
    mean = float(counts @ LEVELS) / counts.sum()
    return mean, float(np.sqrt(counts @ (LEVELS - mean) ** 2 / counts.sum()))


def _decode(content: bytes, limits: Limits) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError:
        raise Unusable(f"it has more than the {limits.max_pixels:,} pixels accepted: a decompression bomb?") from None
    except Exception as error:  # decoders raise many kinds at what is no image
        raise Unusable(f"it is no {' or '.join(FORMATS)} image") from error
    _check_header(image, limits)
    try:
        image.load()
    except Exception as error:  # and as many at what is damaged
        raise Unusable(f"it is damaged: {error}") from error
    return image


def _check_header(image: Image.Image, limits: Limits) -> None:
    """Refuse by what the header says, before anything is decoded."""
    pixels = image.width * image.height
    size = f"{image.width}x{image.height}"
    if pixels > limits.max_pixels:
        raise Unusable(f"{size} are more than the {limits.max_pixels:,} pixels accepted: a decompression bomb?")
    if min(image.size) < limits.min_side:
        raise Unusable(f"{size} is too small: no side may be under {limits.min_side} pixels")
    if image.mode not in limits.modes:
        raise Unusable(f"its mode is {image.mode}, and the collection takes {', '.join(limits.modes)}")
