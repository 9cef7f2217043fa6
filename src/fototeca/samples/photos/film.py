"""What a year's film and paper make of a scene: which light they see, tone, sharpness, grain and colour.

The order of events is that of photography (plates that see blue alone until about 1930, albumen paper until about
1900, colour from the 1950s on, its dyes the less faded the younger); the figures are chosen to look plausible.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from fototeca.samples.photos.canvas import Light
from fototeca.samples.photos.plan import Album

LAG = 2.0
"""Standard deviation, in years, by which each part of a hand's equipment is older or newer than usual."""
EXPOSURE, PRINTING = 0.04, 0.015
"""Standard deviations by which single photographs of an album differ in exposure, and in contrast and depth."""
BLUE_PLATE, ALL_LIGHT = np.array([0.04, 0.26, 0.70]), np.array([0.32, 0.52, 0.16])
SEPIA, PAPER = np.array([1.24, 1.0, 0.68]), np.array([1.05, 1.0, 0.84])
FADED, FRESH, MAGENTA = np.array([1.10, 0.98, 0.86]), np.array([0.96, 1.0, 1.06]), np.array([0.06, 0.01, 0.03])
COLOUR_SINCE = {"studio": 1966.0, "press": 2060.0, "family album": 1962.0, "postcards": 1956.0}
"""Year in which half of a source's albums are in colour; the press prints in grey throughout."""


@dataclass(frozen=True)
class Film:
    """How an album's photographs are taken and printed."""

    weights: tuple[float, float, float]
    """Share of red, green and blue light in a grey tone."""
    colour: float
    """0 in grey, up to 1 in full colour."""
    dyes: float
    """0 faded, 1 fresh."""
    sepia: float
    black: float
    white: float
    contrast: float
    blur: float
    """In pixels."""
    grain: float
    uneven: float
    vignette: float
    specks: float
    """How many spots of dust there are on average."""


def choose_film(album: Album) -> Film:
    """An album's film."""
    rng = np.random.default_rng((*album.seed, 1))

    def by_year(years: Sequence[float], values: Sequence[float]) -> float:
        return float(np.interp(album.year + rng.normal(0, LAG), years, values))

    red, green, blue = BLUE_PLATE + (ALL_LIGHT - BLUE_PLATE) * by_year([1875, 1940], [0, 1])
    coloured = rng.random() < 1 / (1 + np.exp(-(album.year - COLOUR_SINCE[album.source]) / 3))
    tinted = album.source == "postcards" and album.year < 1935 and rng.random() < 0.25
    toning = 0.45 if album.source == "press" else 1.0
    sharp = 0.8 if album.source in ("press", "studio") else 1.0
    return Film(
        weights=(red, green, blue),
        colour=by_year([1950, 1965, 1991], [0.45, 0.7, 1.4]) if coloured else 0.22 if tinted else 0.0,
        dyes=by_year([1950, 1991], [0, 1]),
        sepia=toning * by_year([1863, 1890, 1920, 1955], [1.0, 0.85, 0.4, 0.0]),
        black=by_year([1863, 1900, 1940, 1991], [0.3, 0.19, 0.09, 0.0]),
        white=by_year([1863, 1900, 1940, 1991], [0.84, 0.88, 0.94, 1.0]),
        contrast=by_year([1863, 1910, 1950, 1991], [0.7, 0.9, 1.12, 1.4]),
        blur=sharp * by_year([1863, 1900, 1940, 1991], [1.9, 1.35, 0.85, 0.3]) * float(rng.lognormal(0, 0.12)),
        grain=by_year([1863, 1890, 1925, 1950, 1970, 1991], [0.015, 0.025, 0.05, 0.06, 0.04, 0.018]),
        uneven=by_year([1863, 1910, 1955], [0.15, 0.06, 0.01]),
        vignette=by_year([1863, 1900, 1950, 1991], [0.7, 0.42, 0.16, 0.02]),
        specks=by_year([1863, 1920, 1991], [26, 12, 1]),
    )


def develop(light: Light, film: Film, rng: np.random.Generator) -> Light:
    """The print of a scene on a film, in colour even if all its tones are grey."""
    printing = float(rng.normal(0, PRINTING))
    exposed = _soften(light, film.blur) * float(rng.normal(1.0, EXPOSURE))
    grey = exposed @ np.array(film.weights, np.float32)
    height, width = grey.shape
    grey = grey * (1 + film.uneven * _clouds(rng, height, width)) * _falloff(height, width, film.vignette + printing)
    picture = np.repeat(grey[..., None], 3, axis=2)
    if film.colour:
        hue = exposed - exposed.mean(axis=2, keepdims=True)
        picture = picture + film.colour * hue
    picture += _grain(rng, height, width, film.grain)[..., None]
    toned = np.clip(0.5 + (film.contrast + printing) * (picture - 0.5), 0, 1)
    toned = toned * toned * (3 - 2 * toned) * 0.5 + toned * 0.5
    _add_specks(toned, film.specks, rng)
    return _on_paper(toned, film, printing)


def _on_paper(toned: Light, film: Film, printing: float) -> Light:
    low, high = film.black - 0.5 * printing, film.white + 0.3 * printing
    printed = low + (high - low) * toned
    if film.colour > 0.3:
        cast = FADED + (FRESH - FADED) * film.dyes
        faded: Light = (printed * cast + (1 - film.dyes) * MAGENTA).astype(np.float32)
        return faded
    tone = 1 + film.sepia * (SEPIA - 1)
    paper = 1 + film.sepia * (PAPER - 1)
    mixed: Light = (printed * (tone * (1 - printed) + paper * printed)).astype(np.float32)
    return mixed


def _soften(light: Light, radius: float) -> Light:
    image = Image.fromarray((light * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(radius))
    soft: Light = np.asarray(image, np.float32) / 255
    return soft


def _clouds(rng: np.random.Generator, height: int, width: int) -> Light:
    """Blotches, with mean 0 and deviation of about 1."""
    coarse = Image.fromarray(rng.standard_normal((7, 9)).astype(np.float32))
    return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.float32)


def _grain(rng: np.random.Generator, height: int, width: int, amount: float) -> Light:
    clumps = Image.fromarray(rng.standard_normal((height // 2, width // 2), np.float32))
    coarse = np.asarray(clumps.resize((width, height), Image.Resampling.BILINEAR), np.float32)
    grain: Light = amount * (0.75 * rng.standard_normal((height, width), np.float32) + 0.75 * coarse)
    return grain


def _falloff(height: int, width: int, amount: float) -> Light:
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    falloff: Light = 1 - max(0.0, amount) * (x * x + y * y) / 2
    return falloff


def _add_specks(picture: Light, count: float, rng: np.random.Generator) -> None:
    height, width, _ = picture.shape
    for _ in range(rng.poisson(count)):
        y, x, size = int(rng.integers(height)), int(rng.integers(width)), int(rng.integers(1, 3))
        picture[y : y + size, x : x + size] = 1.0 if rng.random() < 0.6 else 0.05
    for _ in range(rng.poisson(count / 12)):
        x, drift = int(rng.integers(width)), float(rng.normal(0, 0.08))
        rows = np.arange(int(rng.integers(0, height // 2)), height)
        columns = np.clip(x + drift * rows, 0, width - 1).astype(int)
        picture[rows, columns] = picture[rows, columns] * 0.4 + 0.5
