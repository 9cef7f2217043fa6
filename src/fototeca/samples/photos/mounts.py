"""What surrounds a print: cards of the 19th century, thin lines, white borders, rounded corners."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from fototeca.samples.photos.canvas import Light
from fototeca.samples.photos.plan import Album

SPREAD = 9.0
"""Years about which a mount was in use before and after its best time."""
TIMES = {"oval card": 1872, "card": 1888, "line": 1915, "deckle": 1943, "border": 1958, "rounded": 1973, "none": 1990}
"""The year in which a mount is most frequent."""
BARE = {"press": 0.75, "postcards": 0.45, "family album": 0.2, "studio": 0.15}
"""Share of a source's albums that have no mount at all."""


def choose_mount(album: Album) -> str:
    """An album's mount, by name."""
    rng = np.random.default_rng((*album.seed, 2))
    if rng.random() < BARE[album.source]:
        return "none"
    likely = np.exp(-(((np.array(list(TIMES.values())) - album.year) / SPREAD) ** 2) / 2)
    return str(list(TIMES)[rng.choice(len(TIMES), p=likely / likely.sum())])


def mount(picture: Light, style: str, rng: np.random.Generator) -> Light:
    """The print as it was scanned, mount included; of the same size."""
    return MOUNTS[style](picture, rng)


def _card(picture: Light, rng: np.random.Generator) -> Light:
    """A print on a card of its paper's colour, in a thin frame."""
    edge = float(rng.uniform(0.06, 0.1))
    inner = _mask(
        picture, lambda pen, w, h: pen.rectangle((w * edge, h * edge, w * (1 - edge), h * (1 - 1.6 * edge)), 255)
    )
    framed = _mask(
        picture,
        lambda pen, w, h: pen.rectangle(
            (w * edge - 3, h * edge - 3, w * (1 - edge) + 3, h * (1 - 1.6 * edge) + 3), outline=255, width=1
        ),
    )
    return _blend(_blend(_board(picture, rng), 0.35 * _board(picture, rng), framed), picture, inner)


def _oval(picture: Light, rng: np.random.Generator) -> Light:
    """A print in an oval of a card."""
    edge = float(rng.uniform(0.03, 0.07))
    inner = _mask(picture, lambda pen, w, h: pen.ellipse((w * edge, h * edge, w * (1 - edge), h * (1 - edge)), 255))
    return _blend(_board(picture, rng), picture, inner)


def _line(picture: Light, rng: np.random.Generator) -> Light:
    """A dark line, as of a plate's edge."""
    width = int(rng.integers(2, 5))
    return _frame(picture, width, np.array([0.12, 0.11, 0.1]))


def _border(picture: Light, rng: np.random.Generator) -> Light:
    """A white border."""
    return _frame(picture, int(rng.integers(7, 13)), np.array([0.93, 0.92, 0.89]))


def _deckle(picture: Light, rng: np.random.Generator) -> Light:
    """A white border, the paper's edge cut in waves."""
    bordered = _border(picture, rng)
    height, width, _ = bordered.shape
    for at in range(width):
        depth = int(1.5 + 1.5 * np.sin(at * 0.8))
        bordered[:depth, at] = bordered[height - depth :, at] = 0.18
    for at in range(height):
        depth = int(1.5 + 1.5 * np.sin(at * 0.8))
        bordered[at, :depth] = bordered[at, width - depth :] = 0.18
    return bordered


def _rounded(picture: Light, rng: np.random.Generator) -> Light:
    """Rounded corners on white."""
    radius = float(rng.uniform(14, 22))
    inner = _mask(picture, lambda pen, w, h: pen.rounded_rectangle((0, 0, w - 1, h - 1), radius, 255))
    return _blend(np.full_like(picture, 0.95), picture, inner)


def _none(picture: Light, rng: np.random.Generator) -> Light:
    return picture


MOUNTS: dict[str, Callable[[Light, np.random.Generator], Light]] = {
    "oval card": _oval,
    "card": _card,
    "line": _line,
    "deckle": _deckle,
    "border": _border,
    "rounded": _rounded,
    "none": _none,
}


def _board(picture: Light, rng: np.random.Generator) -> Light:
    """Card of the tone of the print's highlights."""
    tone = np.percentile(picture, 90, axis=(0, 1)) * float(rng.uniform(0.88, 1.06))
    board: Light = (tone + rng.normal(0, 0.012, picture.shape)).astype(np.float32)
    return board


def _frame(picture: Light, width: int, colour: Light) -> Light:
    framed = picture.copy()
    framed[:width] = framed[-width:] = colour
    framed[:, :width] = framed[:, -width:] = colour
    return framed


def _mask(picture: Light, draw: Callable[[ImageDraw.ImageDraw, int, int], None]) -> Light:
    height, width, _ = picture.shape
    image = Image.new("L", (width, height))
    draw(ImageDraw.Draw(image), width, height)
    mask: Light = np.asarray(image, np.float32)[..., None] / 255
    return mask


def _blend(below: Light, above: Light, mask: Light) -> Light:
    return below * (1 - mask) + above * mask
