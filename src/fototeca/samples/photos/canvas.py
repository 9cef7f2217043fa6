"""What scenes are drawn on: a picture in colour, drawn at twice its size so that edges come out smooth."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

SCALE = 2
Colour = tuple[int, int, int]
Point = tuple[float, float]
Light = NDArray[np.floating[Any]]
"""[height, width, 3] if in colour, [height, width] if grey; 0 is black, 1 white."""


class Canvas:
    """A picture of `width` x `height` pixels; what is drawn may lie outside."""

    def __init__(self, width: int, height: int, rng: np.random.Generator) -> None:
        self.width = width
        self.height = height
        self.rng = rng
        self.image = Image.new("RGB", (SCALE * width, SCALE * height))
        self.pen = ImageDraw.Draw(self.image)

    def shape(self, points: Iterable[Point], colour: Colour) -> None:
        """A filled polygon."""
        self.pen.polygon([(SCALE * x, SCALE * y) for x, y in points], fill=colour)

    def box(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """A filled rectangle; `x` and `y` are of its upper left corner."""
        self.shape([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], colour)

    def disc(self, x: float, y: float, across: float, along: float, colour: Colour) -> None:
        """A filled ellipse around a point, by its half axes."""
        box = (SCALE * (x - across), SCALE * (y - along), SCALE * (x + across), SCALE * (y + along))
        self.pen.ellipse(box, fill=colour)

    def line(self, points: Iterable[Point], colour: Colour, width: float = 1) -> None:
        """A line through points."""
        flat = [(SCALE * x, SCALE * y) for x, y in points]
        self.pen.line(flat, fill=colour, width=max(1, round(SCALE * width)), joint="curve")

    def gradient(self, top: Colour, bottom: Colour, until: float) -> None:
        """Fill from the upper edge down to a height, fading from one colour to another."""
        rows = max(1, round(SCALE * until))
        fade = np.linspace(0, 1, rows)[:, None] * (np.array(bottom) - np.array(top)) + np.array(top)
        strip = Image.fromarray(fade[:, None].astype(np.uint8), "RGB").resize((self.image.width, rows))
        self.image.paste(strip, (0, 0))

    def blur(self, radius: float) -> None:
        """Soften all that was drawn so far."""
        self.image.paste(self.image.filter(ImageFilter.BoxBlur(SCALE * radius)))

    def any(self, *colours: Colour, spread: float = 14) -> Colour:
        """One of the colours, a little off."""
        picked = np.array(colours[self.rng.integers(len(colours))])
        return shade(tuple(picked + self.rng.normal(0, spread / 2, 3)), float(self.rng.normal(0, spread)))

    def light(self) -> Light:
        """What was drawn, at its true size."""
        light: Light = np.asarray(self.image.reduce(SCALE), np.float32) / 255
        return light


def shade(colour: Iterable[float], by: float) -> Colour:
    """The colour, brighter or darker by so many levels of 255."""
    red, green, blue = (int(min(255, max(0, level + by))) for level in colour)
    return red, green, blue
