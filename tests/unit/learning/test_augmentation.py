"""Random changes of training images."""

from typing import get_args

import numpy as np
import pytest
import tensorflow as tf

from fototeca.collections.recipe import Augmentation
from fototeca.learning.augmentation import Change, apply_change, draw_changes
from fototeca.learning.views import views_of_batch

ALL: tuple[Augmentation, ...] = get_args(Augmentation)


@pytest.mark.parametrize("shape", [(227, 227, 1), (32, 48, 3)])
def test_changes_keep_shape_and_type(shape: tuple[int, int, int]) -> None:
    random = np.random.default_rng(3)
    image = random.integers(0, 256, shape, np.uint8)
    for change in draw_changes(ALL, 50, random):
        changed = apply_change(image, change)
        assert changed.shape == shape
        assert changed.dtype == np.uint8


def test_without_augmentations_nothing_changes() -> None:
    assert draw_changes((), 2, np.random.default_rng(3)) == [Change()] * 2
    image = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    assert np.array_equal(apply_change(image, Change()), image)


def test_turns_and_mirrors_only_move_pixels() -> None:
    image = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    views = {apply_change(image, Change(view=view)).tobytes() for view in range(8)}
    assert len(views) == 8
    assert all(sorted(view) == list(range(256)) for view in views)


def test_views_in_a_graph_are_those_of_training() -> None:
    images = np.random.default_rng(3).integers(0, 256, (2, 16, 16, 3), np.uint8)
    for number, view in enumerate(views_of_batch(tf.constant(images), 8)):
        for image, turned in zip(images, view.numpy(), strict=True):
            assert np.array_equal(apply_change(image, Change(view=number)), turned)


def test_photographs_are_mirrored_but_never_turned() -> None:
    random = np.random.default_rng(3)
    assert {change.view for change in draw_changes(("mirror", "crop", "contrast"), 50, random)} == {0, 1}


def test_a_crop_only_enlarges_and_shows_nothing_from_outside() -> None:
    random = np.random.default_rng(3)
    image = np.tile(np.arange(200, dtype=np.uint8)[:, None, None], (1, 200, 1))
    for change in draw_changes(("crop",), 50, random):
        rows = apply_change(image, change)[:, 0, 0].astype(int)
        assert change.scale <= 1
        assert (np.diff(rows) >= 0).all()


def test_grey_conversion_leaves_no_colour() -> None:
    image = np.random.default_rng(3).integers(0, 256, (8, 8, 3), np.uint8)
    grey = apply_change(image, Change(grey=True))
    assert np.ptp(grey, axis=-1).max() == 0
    assert np.abs(grey[..., 0] - image.mean(axis=-1)).max() < 70


def test_blur_smooths_and_grain_roughens() -> None:
    image = np.random.default_rng(3).integers(100, 150, (64, 64, 1), np.uint8)
    plain, blurred, grained = (
        np.diff(apply_change(image, change).astype(float), axis=0).std()
        for change in (Change(), Change(blur=1.0), Change(grain=10.0, grain_from=5))
    )
    assert blurred < plain < grained


@pytest.mark.parametrize("view", range(8))
def test_an_image_that_is_moved_too_is_turned_in_the_same_way(view: int) -> None:
    down, right = np.mgrid[:32, :32]
    image = (3 * down + 4 * right)[..., None].astype(np.uint8)
    turned = apply_change(image, Change(view=view)).astype(int)
    moved = apply_change(image, Change(view=view, scale=1.0001)).astype(int)
    assert np.abs(turned - moved).max() <= 1


def test_brightness_stays_within_grey_levels() -> None:
    image = np.array([[[0], [100], [250]]] * 3, np.uint8)
    assert apply_change(image, Change(gain=1.2))[0].ravel().tolist() == [0, 120, 255]


def test_a_shift_fills_up_with_the_mirrored_border() -> None:
    image = np.tile(np.arange(10, dtype=np.uint8)[:, None, None], (1, 10, 1))
    moved = apply_change(image, Change(down=0.2))
    assert moved[:, 0, 0].tolist() == [2, 1, 0, 1, 2, 3, 4, 5, 6, 7]
