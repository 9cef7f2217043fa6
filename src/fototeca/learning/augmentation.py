"""Random changes of training images that leave their label true; drawn for a whole epoch, made when a batch is read."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from fototeca.collections.recipe import Augmentation
from fototeca.learning.views import Pixels, view_of

BRIGHTEST = 1.25
"""Grey levels are multiplied by up to this, or divided."""
HARDEST = 1.3
"""Contrasts are multiplied by up to this, or divided."""
LARGEST = 1.15
"""Images are enlarged by up to this, or shrunk; a crop only enlarges."""
FARTHEST = 0.09
"""Images are moved by up to this share of their sides."""
BLURRED, GRAINED, GREYED = 0.25, 0.3, 0.2
"""Shares of the images that are blurred, get grain, or lose their colour."""
WIDEST_BLUR = 1.2
"""Radius in pixels."""
COARSEST_GRAIN = 12.0
"""Standard deviation of the grain, in grey levels."""
_LEVELS = np.arange(256, dtype=np.float32)
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as in JPEG
_NOISE = 1 << 20


@dataclass(frozen=True)
class Change:
    """What happens to one image."""

    view: int = 0
    """Which of the eight turned and mirrored views it is."""
    scale: float = 1.0
    """Pixels of the original for each pixel."""
    down: float = 0.0
    """How far it is moved, as a share of its height."""
    right: float = 0.0
    """How far it is moved, as a share of its width."""
    gain: float = 1.0
    """Factor for the grey levels."""
    contrast: float = 1.0
    """Factor for the distance from the middle grey."""
    blur: float = 0.0
    """Radius in pixels."""
    grain: float = 0.0
    """Standard deviation in grey levels."""
    grain_from: int = 0
    """Which noise it gets."""
    grey: bool = False


UNCHANGED = Change()


def draw_change(augmentations: tuple[Augmentation, ...], random: np.random.Generator) -> Change:
    """A change for one image, of the kinds that are among the augmentations."""
    kinds = frozenset(augmentations)
    zoom, down, right, gain, contrast = random.uniform(-1, 1, 5)
    often, blur, grain, place = random.random(3), random.random(), random.random(), int(random.integers(_NOISE))
    grained = "grain" in kinds and bool(often[1] < GRAINED)
    if "crop" in kinds:
        zoom = -abs(zoom)
        down, right = down * (1 - LARGEST**zoom), right * (1 - LARGEST**zoom)
    moved = bool(kinds & {"shift", "crop"})
    farthest = 0.5 if "crop" in kinds else FARTHEST
    return Change(
        view=_draw_view(kinds, random),
        scale=LARGEST**zoom if moved else 1.0,
        down=farthest * down if moved else 0.0,
        right=farthest * right if moved else 0.0,
        gain=BRIGHTEST**gain if "brightness" in kinds else 1.0,
        contrast=HARDEST**contrast if "contrast" in kinds else 1.0,
        blur=WIDEST_BLUR * blur if "blur" in kinds and often[0] < BLURRED else 0.0,
        grain=COARSEST_GRAIN * grain if grained else 0.0,
        grain_from=place if grained else 0,
        grey="grey" in kinds and bool(often[2] < GREYED),
    )


def _draw_view(kinds: frozenset[str], random: np.random.Generator) -> int:
    quarters, mirrored = int(random.integers(4)), int(random.integers(2))
    return (2 * quarters if "rotate90" in kinds else 0) + (mirrored if kinds & {"flip", "mirror"} else 0)


def apply_change(image: Pixels, change: Change) -> Pixels:
    """Change one image, uint8 [height, width, channels], and keep its shape.

    What moves in from outside is the image mirrored at its border.
    """
    height, width, _ = image.shape
    changed = view_of(image, change.view)
    if change.scale != 1:
        rows = _places(height, change.scale, change.down)
        changed = changed[rows[:, None], _places(width, change.scale, change.right)]
    if change.grey:
        changed = to_grey(changed)
    if change.gain != 1 or change.contrast != 1:
        levels = ((_LEVELS - 127.5) * change.contrast + 127.5) * change.gain
        changed = np.clip(np.rint(levels), 0, 255).astype(np.uint8)[changed]
    if change.blur:
        changed = _blur(changed, change.blur)
    if change.grain:
        changed = _add_grain(changed, change.grain, change.grain_from)
    return changed


def to_grey(image: Pixels) -> Pixels:
    """The image [..., channels] without its colour, in the same number of channels."""
    if image.shape[-1] == 1:
        return image
    grey = np.rint(image @ _LUMA).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=-1)


def _blur(image: Pixels, radius: float) -> Pixels:
    plain = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else np.ascontiguousarray(image))
    return np.asarray(plain.filter(ImageFilter.GaussianBlur(radius))).reshape(image.shape)


def _add_grain(image: Pixels, deviation: float, start: int) -> Pixels:
    height, width, _ = image.shape
    grain = _noise()[start : start + height * width].reshape(height, width, 1) * deviation
    return np.clip(image + grain, 0, 255).astype(np.uint8)


@cache
def _noise() -> NDArray[np.float32]:
    noise = np.random.default_rng(7).standard_normal(_NOISE, np.float32)
    return np.concatenate([noise, noise])


def _places(length: int, scale: float, shift: float) -> NDArray[np.int64]:
    """For each place along a side of the changed image, the place in the original that it shows."""
    middle = (length - 1) / 2
    places = np.rint((np.arange(length) - middle) * scale + middle - shift * length).astype(np.int64)
    mirrored: NDArray[np.int64] = (length - 1) - np.abs((length - 1) - np.abs(places))
    return mirrored
