"""Random changes of training images that leave their label true; drawn for a whole epoch, made when a batch is read."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fototeca.collections.schema import Augmentation

Pixels = NDArray[np.uint8]

BRIGHTEST = 1.25
"""Grey levels are multiplied by up to this, or divided."""
LARGEST = 1.15
"""Images are enlarged by up to this, or shrunk."""
FARTHEST = 0.09
"""Images are moved by up to this share of their sides."""
_LEVELS = np.arange(256, dtype=np.float32)


@dataclass(frozen=True)
class Change:
    """What happens to one image."""

    quarters: int = 0
    """Quarter turns, counter-clockwise."""
    mirrored: bool = False
    """Left and right exchanged."""
    scale: float = 1.0
    """Pixels of the original for each pixel."""
    down: float = 0.0
    """How far it is moved, as a share of its height."""
    right: float = 0.0
    """How far it is moved, as a share of its width."""
    gain: float = 1.0
    """Factor for the grey levels."""


def draw_change(augmentations: tuple[Augmentation, ...], random: np.random.Generator) -> Change:
    """A change for one image, of the kinds that are among the augmentations."""
    change = Change()
    if "rotate90" in augmentations:
        change = replace(change, quarters=int(random.integers(4)))
    if "flip" in augmentations:
        change = replace(change, mirrored=bool(random.integers(2)))
    if "shift" in augmentations:
        scale, down, right = LARGEST ** random.uniform(-1, 1), *random.uniform(-FARTHEST, FARTHEST, 2)
        change = replace(change, scale=scale, down=down, right=right)
    if "brightness" in augmentations:
        change = replace(change, gain=BRIGHTEST ** random.uniform(-1, 1))
    return change


def apply_change(image: Pixels, change: Change) -> Pixels:
    """Change one image, uint8 [height, width, channels], and keep its shape.

    One that is not square is only turned upside down. What moves in from outside is the image mirrored at its border.
    """
    height, width, _ = image.shape
    turned = np.rot90(image, change.quarters if height == width else change.quarters // 2 * 2)
    if change.mirrored:
        turned = turned[:, ::-1]
    if change.scale != 1:
        rows = _places(height, change.scale, change.down)
        turned = turned[rows[:, None], _places(width, change.scale, change.right)]
    if change.gain != 1:
        levels = np.clip(np.rint(_LEVELS * change.gain), 0, 255).astype(np.uint8)
        turned = levels[turned]
    return turned


def _places(length: int, scale: float, shift: float) -> NDArray[np.int64]:
    """For each place along a side of the changed image, the place in the original that it shows."""
    middle = (length - 1) / 2
    places = np.rint((np.arange(length) - middle) * scale + middle - shift * length).astype(np.int64)
    mirrored: NDArray[np.int64] = (length - 1) - np.abs((length - 1) - np.abs(places))
    return mirrored
