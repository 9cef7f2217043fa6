"""Landforms as they look from orbit, each drawn into the ground. `strength` is how plainly it can be seen, 0 to 1."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from fototeca.samples.mars.plan import Landmark
from fototeca.samples.mars.terrain import SIDE, Ground, Map, along, light, noise, polar, step

Draw = Callable[[Ground, np.random.Generator, float], None]


def draw(landmark: Landmark) -> NDArray[np.uint8]:
    """The landmark's picture, uint8, [227, 227]."""
    rng = np.random.default_rng(landmark.seed)
    seen = landmark.observation
    ground = Ground(noise(rng, seen.roughness) * 1.3, noise(rng, 1.7) * 6)
    LANDFORMS[landmark.shows](ground, rng, float(rng.uniform(0.5, 1.0)))
    return light(ground, seen.sun, seen.contrast, seen.brightness + float(rng.normal(0, 4)), rng)


def _somewhere(rng: np.random.Generator, spread: float = 9) -> tuple[float, float]:
    x, y = SIDE / 2 + rng.normal(0, spread, 2)
    return float(x), float(y)


def _other(ground: Ground, rng: np.random.Generator, strength: float) -> None:
    """Ripples, boulders or a ridge, and now and then something that looks like a landform."""
    kind = rng.integers(5)
    if kind == 0:
        waves = np.sin(along(rng.uniform(0, 3.1)) / rng.uniform(3, 9) + noise(rng, 1.8))
        ground.height += waves * 0.5 * strength
    elif kind == 1:
        for _ in range(int(rng.integers(5, 25))):
            distance, _direction = polar(*rng.uniform(0, SIDE, 2))
            ground.height += 3 * strength * np.exp(-((distance / rng.uniform(2, 5)) ** 2))
    elif kind == 2:
        ridge = along(rng.uniform(0, 6.3)) - rng.uniform(-100, 200) + 12 * noise(rng, 2)
        ground.height += 6 * strength * np.exp(-((ridge / 9) ** 2))
    elif kind == 3:
        ground.tone += 22 * strength * step(noise(rng, 2), 0.6)
    if rng.random() < 0.12:
        hint = ("crater", "dark dune", "bright dune", "slope streak", "swiss cheese", "impact ejecta")[rng.integers(6)]
        LANDFORMS[hint](ground, rng, 0.22)


def _crater(ground: Ground, rng: np.random.Generator, strength: float) -> None:
    """A bowl with a raised rim."""
    distance, direction = polar(*_somewhere(rng))
    radius = rng.uniform(32, 78)
    at = distance / (radius * (1 + 0.04 * np.sin(3 * direction + rng.uniform(0, 6))))
    bowl = -0.5 * radius * np.clip(1 - at**2, 0, None)
    rim = 0.16 * radius * np.exp(-(((at - 1.05) / 0.14) ** 2))
    ground.height += strength * (bowl + rim)
    ground.tone -= 14 * strength * (at < 1)


def _crescents(rng: np.random.Generator, count: int, sizes: tuple[float, float]) -> Map:
    """Barchans, all with their horns downwind: 1 within, 0 outside."""
    wind = rng.uniform(0, 2 * np.pi)
    covered: Map = np.zeros((SIDE, SIDE), np.float32)
    for _ in range(count):
        x, y = rng.uniform(20, SIDE - 20, 2)
        size = rng.uniform(*sizes)
        outer, _direction = polar(x, y)
        inner, _direction = polar(x + 0.62 * size * np.cos(wind), y + 0.62 * size * np.sin(wind))
        covered = np.maximum(covered, step(size - outer, 5) * (1 - step(size * 0.82 - inner, 5)))
    return covered


def _dark_dune(ground: Ground, rng: np.random.Generator, strength: float) -> None:
    """Crescents of dark sand."""
    sand = _crescents(rng, int(rng.integers(4, 11)), (22, 48))
    ground.tone -= 95 * strength * sand
    ground.height += 5 * strength * sand


def _bright_dune(ground: Ground, rng: np.random.Generator, strength: float) -> None:
    """Bright ridges side by side, in a patch."""
    waves = np.sin(along(rng.uniform(0, 6.3)) / rng.uniform(2.6, 5.5) + 0.9 * noise(rng, 1.9))
    distance, _direction = polar(*_somewhere(rng, 15))
    patch = step(rng.uniform(75, 120) - distance + 18 * noise(rng, 1.8), 20)
    ground.tone += 75 * strength * patch * np.clip(waves, 0, 1)
    ground.height += 1.6 * strength * patch * waves


def _slope_streak(ground: Ground, rng: np.random.Generator, strength: float) -> None:
    """Dark trails that widen downhill, on a smooth slope."""
    downhill = rng.uniform(0, 2 * np.pi)
    ground.height *= 0.6
    for _ in range(int(rng.integers(2, 6))):
        x, y = rng.uniform(60, SIDE - 60, 2)
        length, width = rng.uniform(80, 150), rng.uniform(7, 17)
        distance, direction = polar(x - 0.5 * length * np.cos(downhill), y - 0.5 * length * np.sin(downhill))
        ahead, aside = distance * np.cos(direction - downhill), np.abs(distance * np.sin(direction - downhill))
        within = step(width * (0.25 + ahead / length) - aside, 3) * step(ahead, 3) * step(length - ahead, 8)
        ground.tone -= 85 * strength * within


def _impact_ejecta(ground: Ground, rng: np.random.Generator, strength: float) -> None:
    """A small fresh crater with rays around it."""
    x, y = _somewhere(rng)
    distance, direction = polar(x, y)
    rays = sum(np.cos(k * direction + rng.uniform(0, 6.3)) / k**0.5 for k in rng.integers(3, 19, 6))
    reach = rng.uniform(35, 70)
    fallen = np.exp(-distance / reach) * step(rays + 0.9 - distance / reach, 1.2)
    sign = -1 if rng.random() < 0.7 else 1
    ground.tone += sign * 130 * strength * fallen
    radius = rng.uniform(5, 11)
    ground.height -= 1.1 * strength * radius * np.exp(-((distance / radius) ** 2))


def _swiss_cheese(ground: Ground, rng: np.random.Generator, strength: float) -> None:
    """Flat bright ice with round pits that have steep walls."""
    pits: Map = np.zeros((SIDE, SIDE), np.float32)
    for _ in range(int(rng.integers(10, 28))):
        distance, _direction = polar(*rng.uniform(0, SIDE, 2))
        pits = np.maximum(pits, step(rng.uniform(9, 27) - distance, 4))
    ground.height *= 1 - 0.5 * strength
    ground.height -= 9 * strength * pits
    ground.tone += 42 * strength * (1 - pits)


def _spider(ground: Ground, rng: np.random.Generator, strength: float) -> None:
    """Troughs that branch out from a middle."""
    picture = Image.new("L", (SIDE, SIDE))
    pen = ImageDraw.Draw(picture)
    x, y = _somewhere(rng)
    legs = int(rng.integers(6, 12))
    waiting = [(x, y, 2 * np.pi * leg / legs + rng.normal(0, 0.25), rng.uniform(50, 95), 7) for leg in range(legs)]
    while waiting:
        x, y, direction, left, width = waiting.pop()
        while left > 0:
            direction += rng.normal(0, 0.28)
            onwards = x + 7 * np.cos(direction), y + 7 * np.sin(direction)
            pen.line([(x, y), onwards], fill=255, width=width)
            (x, y), left = onwards, left - 7
            if width > 2 and rng.random() < 0.16:
                turn = rng.choice((-0.8, 0.8))
                waiting.append((x, y, direction + turn, left * 0.6, width - 2))
    troughs = np.asarray(picture.filter(ImageFilter.GaussianBlur(1.5)), np.float32) / 255
    ground.height -= 6 * strength * troughs
    ground.tone -= 75 * strength * troughs


LANDFORMS: dict[str, Draw] = {
    "other": _other,
    "crater": _crater,
    "dark dune": _dark_dune,
    "slope streak": _slope_streak,
    "bright dune": _bright_dune,
    "impact ejecta": _impact_ejecta,
    "swiss cheese": _swiss_cheese,
    "spider": _spider,
}
