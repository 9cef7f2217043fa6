"""The ground that landmarks lie in: height and brightness maps of 227x227, and the light on them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIDE = 227
Map = NDArray[np.float32]
"""float32, [227, 227]."""

_Y, _X = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
_TILE = 240  # a little more than a side, since 227 is a prime, of which Fourier transforms are slow
_FREQUENCY = np.hypot(np.fft.fftfreq(_TILE)[:, None], np.fft.rfftfreq(_TILE)[None, :]) + 1 / _TILE


@dataclass
class Ground:
    """What is being drawn."""

    height: Map
    """In pixels."""
    tone: Map
    """Added to the grey level, for what is dark or bright in itself."""


def noise(rng: np.random.Generator, fade: float) -> Map:
    """Clouds of all sizes, with mean 0 and deviation 1; the larger `fade`, the smoother."""
    shape = _FREQUENCY.shape
    spectrum = (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)) / _FREQUENCY**fade
    spectrum[0, 0] = 0
    clouds: Map = np.fft.irfft2(spectrum, s=(_TILE, _TILE))[:SIDE, :SIDE].astype(np.float32)
    clouds /= clouds.std()
    return clouds


def polar(x: float, y: float) -> tuple[Map, Map]:
    """Distance from a point, in pixels, and direction from it, in radians."""
    return np.hypot(_X - x, _Y - y), np.arctan2(_Y - y, _X - x)


def along(direction: float) -> Map:
    """How far each pixel lies in a direction, in pixels."""
    distance: Map = _X * np.float32(np.cos(direction)) + _Y * np.float32(np.sin(direction))
    return distance


def step(values: Map, width: float) -> Map:
    """From 0 to 1 where values pass 0, over about `width`."""
    passed: Map = np.clip(values / width + 0.5, 0, 1)
    return passed


def light(
    ground: Ground, sun: float, contrast: float, brightness: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """The picture that a camera takes: slopes that face the sun are bright."""
    down, right = np.gradient(ground.height)
    shade = -(right * np.cos(sun) + down * np.sin(sun))
    grain = rng.standard_normal((SIDE, SIDE)).astype(np.float32) * 4
    grey = brightness + contrast * (70 * shade + ground.tone) + grain
    picture: NDArray[np.uint8] = np.clip(grey, 0, 255).astype(np.uint8)
    return picture
