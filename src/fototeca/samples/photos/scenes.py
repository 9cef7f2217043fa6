"""Scenes as they were before the camera: streets, landscapes, portraits and groups, in colour."""

from collections.abc import Callable

import numpy as np

from fototeca.samples.photos.canvas import Canvas, Colour
from fototeca.samples.photos.things import (
    BRIGHT,
    CLOTHES,
    WALLS,
    chance,
    draw_head,
    draw_house,
    draw_person,
    draw_poles,
    draw_tree,
    draw_vehicle,
)

SKY: tuple[tuple[Colour, Colour], ...] = (
    ((118, 160, 214), (208, 222, 234)),
    ((150, 176, 206), (226, 228, 226)),
    ((170, 176, 184), (214, 212, 206)),
)
GROUND: tuple[Colour, ...] = ((150, 140, 120), (126, 122, 118), (164, 150, 128))
FIELDS: tuple[Colour, ...] = ((120, 136, 76), (166, 154, 92), (98, 124, 72), (148, 140, 90))


def draw_street(on: Canvas, year: float) -> None:
    """A row of houses, a road, and who and what is on it."""
    rng = on.rng
    horizon = on.height * rng.uniform(0.6, 0.7)
    _sky(on, horizon)
    x = -rng.uniform(0, 40)
    while x < on.width:
        width = rng.uniform(46, 84) * (1.35 if chance(rng, year, 1960, 14) and rng.random() < 0.6 else 1)
        draw_house(on, x, horizon + 6, width, rng.uniform(0.28, 0.5) * on.height, year)
        x += width + (rng.uniform(0, 16) if rng.random() < 0.4 else 0)
    on.box(0, horizon + 4, on.width, 16, on.any((172, 166, 156), spread=8))
    on.box(0, horizon + 18, on.width, on.height, on.any(*GROUND) if year < 1930 else on.any((104, 104, 108)))
    if rng.random() < 0.5:
        draw_poles(on, horizon + 8, on.height * 0.46, year)
    for _ in range(rng.integers(0, 3)):
        draw_tree(on, rng.uniform(0, on.width), horizon + 14, rng.uniform(0.25, 0.4) * on.height)
    for _ in range(rng.integers(2, 6)):
        draw_person(on, rng.uniform(0, on.width), horizon + rng.uniform(12, 24), rng.uniform(34, 44), year)
    for _ in range(rng.integers(1, 4)):
        length = rng.uniform(70, 105)
        draw_vehicle(on, rng.uniform(-30, on.width - 40), horizon + rng.uniform(32, 60), length, year)


def draw_landscape(on: Canvas, year: float) -> None:
    """Hills, fields and trees; perhaps a house, a lake, a line of poles."""
    rng = on.rng
    horizon = on.height * rng.uniform(0.4, 0.55)
    _sky(on, horizon + 20)
    x = np.linspace(-5, on.width + 5, 40)
    for layer in range(3):
        waves = sum(np.sin(x * k / 60 + rng.uniform(0, 6.3)) / k for k in rng.uniform(0.4, 4, 5))
        ridge = horizon + 14 * layer - (22 - 6 * layer) * waves * rng.uniform(0.4, 1)
        colour = on.any(*FIELDS) if layer else on.any((130, 142, 150), (112, 128, 112))
        on.shape([(-5, on.height), *zip(x, ridge, strict=True), (on.width + 5, on.height)], colour)
    ground = horizon + 42
    on.box(0, ground, on.width, on.height, on.any(*FIELDS))
    if rng.random() < 0.35:
        on.disc(rng.uniform(60, on.width - 60), ground + 24, rng.uniform(60, 120), 16, (150, 170, 186))
    if rng.random() < 0.6:
        draw_poles(on, ground + 6, on.height * 0.4, year)
    if rng.random() < 0.5:
        draw_house(on, rng.uniform(10, on.width - 70), ground + 14, 52, 36, year)
    for _ in range(rng.integers(2, 9)):
        draw_tree(on, rng.uniform(0, on.width), ground + rng.uniform(4, 50), rng.uniform(0.22, 0.45) * on.height)
    if rng.random() < 0.4:
        draw_vehicle(on, rng.uniform(0, on.width - 80), ground + 60, 72, year)
    if rng.random() < 0.5:
        draw_person(on, rng.uniform(20, on.width - 20), ground + 62, 46, year)


def draw_portrait(on: Canvas, year: float) -> None:
    """One person from the waist up, before a backdrop."""
    rng = on.rng
    _backdrop(on)
    woman = rng.random() < 0.5
    x, y = on.width * rng.uniform(0.44, 0.56), on.height * rng.uniform(0.34, 0.42)
    size = on.height * rng.uniform(0.11, 0.14)
    cloth = on.any(*(BRIGHT if chance(rng, year, 1965, 18) and rng.random() < 0.8 else CLOTHES))
    shoulder, low = y + size * 1.9, on.height + 4
    on.shape(
        [
            (x - size * 0.8, shoulder - size * 0.35),
            (x + size * 0.8, shoulder - size * 0.35),
            (x + size * 2.3, shoulder + size * 0.5),
            (x + size * 2.7, low),
            (x - size * 2.7, low),
            (x - size * 2.3, shoulder + size * 0.5),
        ],
        cloth,
    )
    on.box(x - size * 0.4, y + size * 0.7, size * 0.8, size * 1.2, (198, 152, 124))
    collar = float(np.interp(year, [1900, 1930, 1970], [1.0, 0.7, 1.3]))
    high = float(np.interp(year, [1895, 1925], [0.6, 0.0]))
    white = (236, 232, 224)
    for side in (-1, 1):
        tip = (x + side * size * collar * 0.9, shoulder + size * 0.55)
        on.shape([(x, shoulder + size * 0.7), (x + side * size * 0.45, shoulder - size * (0.4 + high)), tip], white)
    draw_head(on, x, y, size, year, woman)
    for side in (-1, 1):
        on.disc(x + side * size * 0.32, y + size * 0.05, size * 0.11, size * 0.07, (50, 40, 36))
    on.line(
        [(x, y + size * 0.15), (x - size * 0.07, y + size * 0.45), (x + size * 0.08, y + size * 0.46)], (170, 126, 104)
    )
    on.line([(x - size * 0.26, y + size * 0.74), (x + size * 0.26, y + size * 0.74)], (150, 84, 76), 1.5)


def draw_group(on: Canvas, year: float) -> None:
    """People side by side before a wall or trees."""
    rng = on.rng
    ground = on.height * rng.uniform(0.66, 0.76)
    if rng.random() < 0.5:
        _sky(on, ground)
        for _ in range(7):
            draw_tree(on, rng.uniform(0, on.width), ground + 4, rng.uniform(0.4, 0.7) * on.height)
    else:
        on.gradient(on.any(*WALLS), on.any(*WALLS), ground)
        draw_house(on, on.width * 0.1, ground + 4, on.width * 0.8, on.height * 0.62, year)
    on.box(0, ground, on.width, on.height, on.any(*GROUND, *FIELDS))
    if rng.random() < 0.3:
        draw_vehicle(on, rng.uniform(0, on.width * 0.4), ground + 34, on.width * 0.48, year)
    people = int(rng.integers(2, 7))
    for place in range(people):
        x = on.width * (place + 0.7 + rng.normal(0, 0.08)) / (people + 0.4)
        height = on.height * rng.uniform(0.4, 0.56) * (0.68 if rng.random() < 0.2 else 1)
        draw_person(on, x, ground + rng.uniform(22, 46), height, year)


SCENES: dict[str, Callable[[Canvas, float], None]] = {
    "street": draw_street,
    "landscape": draw_landscape,
    "portrait": draw_portrait,
    "group": draw_group,
}


def _sky(on: Canvas, until: float) -> None:
    top, bottom = SKY[on.rng.integers(len(SKY))]
    on.gradient(top, bottom, until)
    for _ in range(on.rng.integers(0, 5)):
        x, y = on.rng.uniform(0, on.width), on.rng.uniform(0.1, 0.6) * until
        for _ in range(6):
            dx, dy = on.rng.normal(0, 18), on.rng.normal(0, 4)
            on.disc(x + dx, y + dy, on.rng.uniform(12, 26), on.rng.uniform(4, 9), (236, 238, 240))
    on.blur(2)


def _backdrop(on: Canvas) -> None:
    wall = on.any((150, 138, 122), (110, 104, 100), (184, 172, 156), (96, 108, 120))
    on.gradient(wall, on.any(wall, (90, 82, 74)), on.height)
    for _ in range(9):
        x, y = on.rng.uniform(0, on.width), on.rng.uniform(0, on.height)
        on.disc(x, y, on.rng.uniform(30, 80), on.rng.uniform(20, 60), on.any(wall, spread=10))
    on.blur(14)
