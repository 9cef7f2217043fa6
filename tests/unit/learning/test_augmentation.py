"""Random changes of training images."""

import numpy as np
import pytest

from fototeca.collections.schema import Augmentation
from fototeca.learning.augmentation import Change, apply_change, draw_change

ALL: tuple[Augmentation, ...] = ("rotate90", "flip", "shift", "brightness")


@pytest.mark.parametrize("shape", [(227, 227, 1), (32, 48, 3)])
def test_changes_keep_shape_and_type(shape: tuple[int, int, int]) -> None:
    random = np.random.default_rng(3)
    image = random.integers(0, 256, shape, np.uint8)
    for _ in range(50):
        changed = apply_change(image, draw_change(ALL, random))
        assert changed.shape == shape
        assert changed.dtype == np.uint8


def test_without_augmentations_nothing_changes() -> None:
    assert draw_change((), np.random.default_rng(3)) == Change()
    image = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    assert np.array_equal(apply_change(image, Change()), image)


def test_turns_and_mirrors_only_move_pixels() -> None:
    image = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    views = {
        apply_change(image, Change(quarters=quarters, mirrored=mirrored)).tobytes()
        for quarters in range(4)
        for mirrored in (False, True)
    }
    assert len(views) == 8
    assert all(sorted(view) == list(range(256)) for view in views)


def test_brightness_stays_within_grey_levels() -> None:
    image = np.array([[[0], [100], [250]]] * 3, np.uint8)
    assert apply_change(image, Change(gain=1.2))[0].ravel().tolist() == [0, 120, 255]


def test_a_shift_fills_up_with_the_mirrored_border() -> None:
    image = np.tile(np.arange(10, dtype=np.uint8)[:, None, None], (1, 10, 1))
    moved = apply_change(image, Change(scale=1.0001, down=0.2))
    assert moved[:, 0, 0].tolist() == [2, 1, 0, 1, 2, 3, 4, 5, 6, 7]
