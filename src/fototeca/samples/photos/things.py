"""Things that stand in scenes. Those that people made date a scene a little: dress, vehicles, poles, roofs."""

import numpy as np

from fototeca.samples.photos.canvas import Canvas, Colour, shade

SKIN: Colour = (214, 170, 140)
DARK: Colour = (52, 48, 50)
WALLS: tuple[Colour, ...] = ((178, 120, 92), (206, 186, 150), (150, 148, 146), (224, 212, 196), (186, 150, 110))
ROOFS: tuple[Colour, ...] = ((120, 66, 54), (84, 78, 82), (138, 88, 62))
LEAVES: tuple[Colour, ...] = ((74, 104, 52), (92, 118, 62), (60, 88, 58))
CLOTHES: tuple[Colour, ...] = ((60, 62, 80), (112, 52, 50), (196, 190, 176), (70, 92, 120), (150, 124, 86))
BRIGHT: tuple[Colour, ...] = ((206, 58, 48), (52, 110, 190), (236, 190, 60), (60, 140, 90), (240, 236, 228))
FEATURELESS_ROOFS, AERIALS, PYLONS, TELEGRAPH, CARRIAGES = 1956, 1954, 1932, 1882, 1911


def chance(rng: np.random.Generator, year: float, since: float, over: float = 10) -> bool:
    """Whether what came into use about a year is seen in another; `over` so many years it spread."""
    return bool(rng.random() < 1 / (1 + np.exp(-(year - since) / over * 4)))


def draw_tree(on: Canvas, x: float, foot: float, height: float) -> None:
    """A tree with leaves."""
    rng = on.rng
    on.box(x - height * 0.03, foot - height * 0.5, height * 0.06, height * 0.5, (72, 56, 42))
    for _ in range(14):
        dx, dy = rng.normal(0, 0.16, 2) * height
        size = height * rng.uniform(0.09, 0.17)
        on.disc(x + dx, foot - 0.68 * height + dy, size, size * 0.9, on.any(*LEAVES, spread=10))


def draw_house(on: Canvas, x: float, foot: float, width: float, height: float, year: float) -> None:
    """A house's front; flat roofs and aerials are of late years."""
    rng, wall = on.rng, on.any(*WALLS)
    on.box(x, foot - height, width, height, wall)
    flat = rng.random() < 0.7 and chance(rng, year, FEATURELESS_ROOFS, 14)
    top = foot - height
    if flat:
        on.box(x - 1, top - 3, width + 2, 4, shade(wall, -45))
    else:
        peak = rng.uniform(0.16, 0.3) * width
        on.shape([(x - 3, top), (x + width / 2, top - peak), (x + width + 3, top)], on.any(*ROOFS))
        on.box(x + width * rng.uniform(0.15, 0.7), top - peak * 1.1, width * 0.08, peak, shade(wall, -35))
        top -= peak
    if rng.random() < 0.7 and chance(rng, year, AERIALS, 8):
        _draw_aerial(on, x + width * rng.uniform(0.3, 0.7), top)
    _draw_windows(on, x, foot, width, height, flat)


def _draw_aerial(on: Canvas, x: float, top: float) -> None:
    on.line([(x, top + 6), (x, top - 16)], DARK, 1)
    for at, half in ((16, 7), (12, 6), (8, 5)):
        on.line([(x - half, top - at), (x + half, top - at)], DARK, 1)


def _draw_windows(on: Canvas, x: float, foot: float, width: float, height: float, wide: bool) -> None:
    across = max(2, int(width / (17 if wide else 15)))
    storeys = max(2, int(height / 24))
    step, rise = width / across, height / storeys
    glass = on.any((58, 66, 78), (84, 92, 100), spread=8)
    for storey in range(storeys):
        for place in range(across):
            left, low = x + step * (place + 0.22), foot - rise * (storey + 0.25)
            if storey == 0 and place == across // 2:
                on.box(left, foot - rise * 0.8, step * 0.5, rise * 0.8, on.any((84, 60, 44), (60, 70, 60)))
            else:
                on.box(left - 1, low - rise * 0.52, step * 0.56 + 2, rise * 0.52 + 2, (226, 220, 208))
                on.box(left, low - rise * 0.5, step * 0.56, rise * 0.5, glass)


def draw_person(on: Canvas, x: float, foot: float, height: float, year: float) -> None:
    """A standing person; skirts grow shorter, hats go, and clothes get brighter."""
    rng = on.rng
    woman = rng.random() < 0.5
    cloth = on.any(*(BRIGHT if rng.random() < 0.8 and chance(rng, year, 1962, 18) else CLOTHES))
    hip, shoulder, head = foot - 0.5 * height, foot - 0.82 * height, foot - 0.92 * height
    half = 0.13 * height
    if woman and not (rng.random() < 0.5 and chance(rng, year, 1972)):
        hem = foot - height * float(np.interp(year, [1908, 1928, 1948, 1970], [0.01, 0.24, 0.2, 0.32]))
        flare = half * float(np.interp(year, [1863, 1885, 1910, 1925], [2.6, 2.0, 1.5, 1.1]))
        on.line([(x - 2, hem), (x - 2, foot)], SKIN, height * 0.035)
        on.line([(x + 2, hem), (x + 2, foot)], SKIN, height * 0.035)
        on.shape([(x - half * 0.7, hip), (x + half * 0.7, hip), (x + flare, hem), (x - flare, hem)], shade(cloth, -14))
    else:
        for side in (-1, 1):
            leg = on.any((58, 56, 62), (92, 84, 76), (64, 76, 110), spread=8)
            on.line([(x + side * half * 0.3, hip), (x + side * half * 0.55, foot)], leg, height * 0.09)
    on.shape([(x - half, shoulder), (x + half, shoulder), (x + half * 0.7, hip), (x - half * 0.7, hip)], cloth)
    for side in (-1, 1):
        hand = (x + side * half * rng.uniform(1.1, 1.6), hip + 0.02 * height)
        on.line([(x + side * half * 0.9, shoulder + 0.03 * height), hand], shade(cloth, -20), height * 0.055)
    draw_head(on, x, head, height * 0.075, year, woman)


def draw_head(on: Canvas, x: float, y: float, size: float, year: float, woman: bool) -> None:
    """A head with hair, and most likely a hat before 1930."""
    rng = on.rng
    hair = on.any((58, 42, 32), (110, 80, 50), (150, 140, 130), spread=8)
    on.disc(x, y - size * 0.2, size * (1.12 if woman else 1.0), size * 1.12, hair)
    if woman and rng.random() < 0.6:
        on.disc(x, y + size * 0.5, size * 1.2, size * 0.9, hair)
    on.disc(x, y + size * 0.18, size * 0.82, size * 1.0, on.any(SKIN, spread=8))
    if rng.random() < float(np.interp(year, [1915, 1945, 1968], [0.85, 0.5, 0.06])):
        _draw_hat(on, x, y - size * 0.65, size, year, woman)


def _draw_hat(on: Canvas, x: float, y: float, size: float, year: float, woman: bool) -> None:
    hat = on.any((44, 40, 42), (120, 100, 78), (196, 180, 150), spread=8)
    brim = float(np.interp(year, [1880, 1910, 1925], [1.3, 2.2, 1.2])) if woman else 1.45
    crown = float(np.interp(year, [1863, 1890, 1915], [1.9, 1.3, 0.8])) if not woman else 0.7
    on.disc(x, y, size * brim, size * 0.24, hat)
    on.box(x - size * 0.8, y - size * crown, size * 1.6, size * crown, hat)


def draw_vehicle(on: Canvas, x: float, foot: float, length: float, year: float) -> None:
    """A carriage, or a car of its time."""
    rng = on.rng
    if not chance(rng, year, CARRIAGES, 9):
        _draw_carriage(on, x, foot, length)
        return
    late = chance(rng, year, 1955, 16)
    paint = on.any(*(BRIGHT if late else (DARK, (70, 60, 58), (60, 72, 70))))
    boxy = float(np.interp(year + rng.normal(0, 4), [1912, 1950], [1, 0]))
    tall = length * float(np.interp(year, [1912, 1935, 1955, 1975], [0.44, 0.38, 0.33, 0.29]))
    wheel = length * float(np.interp(year, [1912, 1940, 1970], [0.13, 0.1, 0.075]))
    body, roof = foot - wheel * 0.7 - tall * 0.45, foot - wheel * 0.7 - tall
    slant = length * (0.03 + 0.11 * (1 - boxy))
    on.box(x, body, length, tall * 0.45, paint)
    cabin = [(x + length * 0.22, body), (x + length * 0.22 + slant, roof)]
    cabin += [(x + length * 0.82 - slant, roof), (x + length * 0.82, body)]
    on.shape(cabin, shade(paint, -12))
    glass = [(px + (2.5 if px < x + length / 2 else -2.5), py + (2.5 if py == roof else 0)) for px, py in cabin]
    on.shape(glass, (150, 164, 172))
    if boxy > 0.4:
        on.line([(x - 2, foot - wheel), (x + length * 0.3, foot - wheel * 2.2)], DARK, 2)
    for at in (0.2, 0.8):
        on.disc(x + length * at, foot - wheel, wheel, wheel, (36, 34, 34))
        on.disc(x + length * at, foot - wheel, wheel * 0.45, wheel * 0.45, (150, 146, 140))


def _draw_carriage(on: Canvas, x: float, foot: float, length: float) -> None:
    rng = on.rng
    paint = on.any(DARK, (86, 52, 40), (64, 66, 56))
    on.box(x, foot - length * 0.36, length * 0.42, length * 0.22, paint)
    on.shape([(x, foot - length * 0.36), (x, foot - length * 0.56), (x + length * 0.28, foot - length * 0.52)], paint)
    for at, size in ((0.08, 0.13), (0.36, 0.1)):
        middle = (x + length * at, foot - length * size)
        on.disc(*middle, length * size, length * size, (40, 36, 32))
        on.disc(*middle, length * size * 0.8, length * size * 0.8, (150, 140, 126))
        on.disc(*middle, length * size * 0.2, length * size * 0.2, (40, 36, 32))
    horse = on.any((92, 62, 42), (60, 48, 40), (190, 182, 170))
    on.line([(x + length * 0.4, foot - length * 0.2), (x + length * 0.62, foot - length * 0.26)], DARK, 1.5)
    on.disc(x + length * 0.76, foot - length * 0.3, length * 0.17, length * 0.08, horse)
    on.line([(x + length * 0.88, foot - length * 0.33), (x + length * 0.97, foot - length * 0.5)], horse, length * 0.07)
    on.disc(x + length * 1.01, foot - length * 0.5, length * 0.07, length * 0.035, horse)
    for at in (0.64, 0.7, 0.84, 0.89):
        on.line([(x + length * at, foot - length * 0.26), (x + length * at + rng.normal(0, 2), foot)], horse, 2)


def draw_poles(on: Canvas, foot: float, height: float, year: float) -> None:
    """A row of poles or pylons with wires, if the year has such."""
    rng = on.rng
    pylons = rng.random() < 0.6 and chance(rng, year, PYLONS, 14)
    if not pylons and not (chance(rng, year, TELEGRAPH, 14) and rng.random() < 0.8):
        return
    gap = height * rng.uniform(0.9, 1.4)
    tops = [(x, foot - height) for x in np.arange(rng.uniform(-gap, 0), on.width + gap, gap)]
    for x, top in tops:
        if pylons:
            on.line([(x - height * 0.1, foot), (x, top), (x + height * 0.1, foot)], (96, 98, 100), 1)
            on.line([(x - height * 0.07, foot - height * 0.3), (x + height * 0.07, foot - height * 0.3)], DARK, 1)
        else:
            on.line([(x, foot), (x, top)], (74, 58, 44), 2)
        for drop, half in ((0.08, 0.13), (0.2, 0.1)):
            y = top + height * drop
            on.line([(x - height * half, y), (x + height * half, y)], (80, 74, 70), 1)
            sag = [(x + gap * t, y + height * 0.28 * t * (1 - t)) for t in np.linspace(0, 1, 9)]
            on.line(sag, (70, 70, 72), 0.5)
