"""The turned and mirrored views of an image: where nothing is up, all show the same thing."""

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def view_of(image: Pixels, number: int) -> Pixels:
    """View `number`, 0 to 7, of an image [height, width, channels]; 0 is the image itself, 1 its mirror image.

    The eight are the symmetries of a square: `number // 2` quarter turns, the odd ones mirrored first. An image that
    is not square has the four that keep its shape, each twice.
    """
    height, width, _ = image.shape
    mirrored = image[:, ::-1] if number % 2 else image
    quarters = number // 2
    return np.rot90(mirrored, quarters if height == width else quarters * 2)


def view_matrix(number: int, square: bool) -> NDArray[np.float64]:
    """The same view, as the matrix from a place (right, down from the middle) in it to the place in the image."""
    quarters = number // 2 if square else number // 2 * 2
    turn = np.linalg.matrix_power(np.array([[0.0, -1.0], [1.0, 0.0]]), quarters % 4)
    mirror = np.diag([-1.0 if number % 2 else 1.0, 1.0])
    matrix: NDArray[np.float64] = mirror @ turn
    return matrix


def views_of_batch(images: tf.Tensor, count: int) -> list[tf.Tensor]:
    """The first `count` views of a batch of square images [N, side, side, channels], in a graph."""
    views = []
    for number in range(count):
        mirrored = tf.reverse(images, [2]) if number % 2 else images
        views.append(tf.image.rot90(mirrored, number // 2) if number // 2 else mirrored)
    return views
