"""Batches of pixels, targets and weights, read ahead while the network computes."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from fototeca.collections.recipe import Augmentation
from fototeca.learning.augmentation import UNCHANGED, Change, apply_change, draw_changes
from fototeca.learning.views import Pixels

Rows = NDArray[np.int64]
Numbers = NDArray[np.float32]


def plain_batches(pixels: Pixels, rows: Rows, size: int, changes: Sequence[Change] | None = None) -> tf.data.Dataset:
    """The images of these rows in this order, each with its change: uint8 [n, height, width, channels]."""
    return _read(pixels, rows, changes or [UNCHANGED] * len(rows), size)


def training_batches(
    pixels: Pixels,
    rows: Rows,
    targets: Numbers,
    weights: Numbers,
    size: int,
    augmentations: tuple[Augmentation, ...],
    random: np.random.Generator,
) -> tf.data.Dataset:
    """Images of these rows, each changed at random, with targets and weights of the same rows of the dataset."""
    images = _read(pixels, rows, draw_changes(augmentations, len(rows), random), size)
    truth = tf.data.Dataset.from_tensor_slices((targets[rows], weights[rows])).batch(size)
    return tf.data.Dataset.zip(images, truth).map(lambda image, truth: (image, truth[0], truth[1]))


def _read(pixels: Pixels, rows: Rows, changes: Sequence[Change], size: int) -> tf.data.Dataset:
    def read(places: Rows) -> Pixels:
        images = np.empty((len(places), *pixels.shape[1:]), np.uint8)
        for number, place in enumerate(places.tolist()):
            images[number] = apply_change(pixels[rows[place]], changes[place])
        return images

    def load(places: tf.Tensor) -> tf.Tensor:
        images = tf.numpy_function(read, [places], tf.uint8, stateful=False)
        return tf.ensure_shape(images, (None, *pixels.shape[1:]))

    places = tf.data.Dataset.range(len(rows)).batch(size)
    return places.map(load, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
