"""Batches of pixels and labels, read ahead while the network computes."""

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from fototeca.collections.schema import Augmentation
from fototeca.learning.augmentation import Change, apply_change, draw_change
from fototeca.learning.examples import Examples

Rows = NDArray[np.int64]


def plain_batches(examples: Examples, rows: Rows, size: int) -> tf.data.Dataset:
    """The images of these rows in this order: (pixels uint8 [n, height, width, channels], labels int64 [n])."""
    return _batches(examples, rows, [Change()] * len(rows), size)


def training_batches(
    examples: Examples, rows: Rows, size: int, augmentations: tuple[Augmentation, ...], seed: int, epoch: int
) -> tf.data.Dataset:
    """The same, shuffled and changed at random, the same way each time for the same seed and epoch."""
    random = np.random.default_rng((seed, epoch))
    shuffled = random.permutation(rows)
    return _batches(examples, shuffled, [draw_change(augmentations, random) for _ in rows], size)


def _batches(examples: Examples, rows: Rows, changes: list[Change], size: int) -> tf.data.Dataset:
    pixels, labels = examples.pixels, examples.labels

    def read(places: Rows) -> tuple[NDArray[np.uint8], Rows]:
        images = np.stack([apply_change(pixels[rows[place]], changes[place]) for place in places])
        return images, labels[rows[places]]

    def load(places: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        images, truth = tf.numpy_function(read, [places], (tf.uint8, tf.int64), stateful=False)
        return tf.ensure_shape(images, (None, *pixels.shape[1:])), tf.ensure_shape(truth, (None,))

    places = tf.data.Dataset.range(len(rows)).batch(size)
    return places.map(load, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
