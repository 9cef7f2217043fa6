"""What a sample is to show: observations, their light, and what each landmark in them is."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

LABELS = (
    "other",
    "crater",
    "dark dune",
    "slope streak",
    "bright dune",
    "impact ejecta",
    "swiss cheese",
    "spider",
)
"""The classes of version 3.2, each at the place that is its number."""

SHARES = {
    "dark dune": 0.50,
    "bright dune": 0.45,
    "slope streak": 0.38,
    "swiss cheese": 0.40,
    "spider": 0.30,
    "impact ejecta": 0.30,
}
"""Landforms of which an observation shows one often: of its landmarks, the share that are of this one."""
CRATER_SHARE = 0.13
SPLITS = ("train", "test", "val", "train", "train", "train", "train", "test", "train", "train")
"""Of each ten runs of observations that show all landforms, the split of each run."""
LANDMARKS = 9
"""About so many landmarks are cut from one observation."""
MISLABELLED = 0.03
"""Share of landmarks that people labelled `other`, as in the real set."""


@dataclass(frozen=True)
class Observation:
    """One image of the orbiter, from which landmarks are cut."""

    number: int
    name: str
    split: str
    landform: str
    """The landform that is frequent here."""
    sun: float
    """Direction of the light, in radians."""
    contrast: float
    brightness: float
    roughness: float
    """How fast the terrain's detail fades with its fineness."""


@dataclass(frozen=True)
class Landmark:
    """One image to draw."""

    observation: Observation
    number: int
    shows: str
    label: str
    seed: tuple[int, int, int]

    @property
    def stem(self) -> str:
        """The file's name without its ending."""
        return f"{self.observation.name}-{self.number:04d}"


def plan_landmarks(seed: int, count: int, series: int, prefix: str = "ESP") -> Iterator[list[Landmark]]:
    """`count` landmarks, observation by observation; another `series` has other observations."""
    observations = max(len(SHARES) * 3, count // LANDMARKS)
    for number in range(observations):
        size = count * (number + 1) // observations - count * number // observations
        if size:
            rng = np.random.default_rng((seed, series, number))
            observation = _observe(number, series, prefix, rng)
            yield [_cut(observation, place, (seed, series, number), rng) for place in range(size)]


def _observe(number: int, series: int, prefix: str, rng: np.random.Generator) -> Observation:
    landforms = list(SHARES)
    orbit, latitude = 13_000 + series * 30_000 + number * 37 + int(rng.integers(37)), int(rng.integers(0, 720)) * 5
    return Observation(
        number=number,
        name=f"{prefix}_{orbit:06d}_{latitude:04d}_RED",
        split=SPLITS[number // len(landforms) % len(SPLITS)],
        landform=landforms[number % len(landforms)],
        sun=float(rng.uniform(0, 2 * np.pi)),
        contrast=float(rng.uniform(0.85, 1.15)),
        brightness=float(rng.uniform(110, 135)),
        roughness=float(rng.uniform(1.5, 2.0)),
    )


def _cut(observation: Observation, place: int, seed: tuple[int, int, int], rng: np.random.Generator) -> Landmark:
    share = SHARES[observation.landform]
    shown = (observation.landform, "crater", "other")
    shows = shown[0] if place == 0 else shown[rng.choice(3, p=[share, CRATER_SHARE, 1 - share - CRATER_SHARE])]
    label = "other" if place > 0 and rng.random() < MISLABELLED else shows
    return Landmark(observation, 7 + place * 13, shows, label, (seed[0], seed[1] * 100_000 + seed[2], place))
