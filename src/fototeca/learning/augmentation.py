"""Random changes of training images that leave their label true; drawn for a whole epoch, made when a batch is read."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from fototeca.collections.recipe import Augmentation
from fototeca.learning.views import Pixels, view_matrix, view_of

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
_NOISE = 1 << 20

cv2.setNumThreads(1)  # images are changed side by side already


@dataclass(frozen=True, slots=True)
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


def draw_changes(augmentations: tuple[Augmentation, ...], count: int, random: np.random.Generator) -> list[Change]:
    """Changes for so many images, of the kinds that are among the augmentations."""
    kinds = frozenset(augmentations)
    if not kinds:
        return [UNCHANGED] * count

    def where(*asked: Augmentation) -> NDArray[np.float64]:
        """Between -1 and 1, or 0 everywhere where none of these kinds is wanted."""
        return random.uniform(-1, 1, count) * bool(kinds.intersection(asked))

    view = 2 * random.integers(4, size=count) * ("rotate90" in kinds)
    view += random.integers(2, size=count) * bool(kinds & {"flip", "mirror"})
    zoom, down, right = where("shift", "crop"), where("shift", "crop"), where("shift", "crop")
    farthest: NDArray[np.float64] | float = FARTHEST
    if "crop" in kinds:
        zoom = -np.abs(zoom)
        farthest = (1 - LARGEST**zoom) / 2
    blur, grain, grey = (
        random.random(count) * (kind in kinds) > 1 - share
        for kind, share in (("blur", BLURRED), ("grain", GRAINED), ("grey", GREYED))
    )
    columns = (
        view,
        LARGEST**zoom,
        farthest * down,
        farthest * right,
        BRIGHTEST ** where("brightness"),
        HARDEST ** where("contrast"),
        blur * WIDEST_BLUR * random.random(count),
        grain * COARSEST_GRAIN * random.random(count),
        grain * random.integers(_NOISE, size=count),
        grey,
    )
    return [Change(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def apply_change(image: Pixels, change: Change) -> Pixels:
    """Change one image, uint8 [height, width, channels], and keep its shape.

    What moves in from outside is the image mirrored at its border.
    """
    if change is UNCHANGED:
        return image
    if change.scale != 1 or change.down or change.right:
        changed = _move(image, change)
    else:
        changed = np.ascontiguousarray(view_of(image, change.view))
    if change.grey:
        changed = to_grey(changed.reshape(image.shape))
    if change.gain != 1 or change.contrast != 1:
        levels = ((_LEVELS - 127.5) * change.contrast + 127.5) * change.gain
        changed = np.asarray(cv2.LUT(changed, np.clip(np.rint(levels), 0, 255).astype(np.uint8)), np.uint8)
    if change.blur:
        changed = np.asarray(cv2.GaussianBlur(changed, (0, 0), change.blur), np.uint8)
    if change.grain:
        changed = _add_grain(changed.reshape(image.shape), change.grain, change.grain_from)
    return changed.reshape(image.shape)


def to_grey(image: Pixels) -> Pixels:
    """The image [height, width, channels] without its colour, in the same number of channels."""
    if image.shape[-1] == 1:
        return image
    return np.asarray(cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), np.uint8)


def _move(image: Pixels, change: Change) -> Pixels:
    """Turn, mirror, enlarge and move in one go, so that pixels are computed once."""
    height, width, _ = image.shape
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    turn = view_matrix(change.view, square=height == width) * change.scale
    moved = middle - np.array([change.right * width, change.down * height])
    matrix = np.column_stack([turn, moved - turn @ middle])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved_image = cv2.warpAffine(image, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(moved_image, np.uint8)


def _add_grain(image: Pixels, deviation: float, start: int) -> Pixels:
    height, width, _ = image.shape
    grain = _noise()[start : start + height * width].reshape(height, width, 1) * np.float32(deviation)
    return np.clip(image + grain, 0, 255).astype(np.uint8)


@cache
def _noise() -> NDArray[np.float32]:
    noise = np.random.default_rng(7).standard_normal(_NOISE, np.float32)
    return np.concatenate([noise, noise])
