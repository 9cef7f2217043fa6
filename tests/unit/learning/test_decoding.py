"""Decoding: one function for training and for the exported graph."""

import io

import numpy as np
import tensorflow as tf
from PIL import Image

from fototeca.archive.encoded import as_decodable
from fototeca.learning.decoding import decode_images


def encoded(mode: str, size: tuple[int, int], form: str) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise(size, 60).convert(mode).save(buffer, form)
    return buffer.getvalue()


def test_images_of_any_size_and_colour_become_the_same_shape() -> None:
    images = [encoded("L", (227, 227), "JPEG"), encoded("RGB", (300, 100), "JPEG"), encoded("RGBA", (20, 30), "PNG")]
    assert decode_images(tf.constant(images), (227, 227, 1)).shape == (3, 227, 227, 1)
    assert decode_images(tf.constant(images), (64, 32, 3)).shape == (3, 64, 32, 3)


def test_an_image_of_the_right_size_is_not_touched() -> None:
    image = encoded("L", (227, 227), "PNG")
    pixels = decode_images(tf.constant([image]), (227, 227, 1)).numpy()[0, :, :, 0]
    assert np.array_equal(pixels, np.asarray(Image.open(io.BytesIO(image))))


def test_no_images_are_no_fault() -> None:
    assert decode_images(tf.constant([], tf.string), (227, 227, 1)).shape == (0, 227, 227, 1)


def test_what_tensorflow_does_not_decode_is_converted_without_loss() -> None:
    for mode, form in [("L", "TIFF"), ("RGB", "WEBP"), ("L", "BMP"), ("CMYK", "JPEG")]:
        converted = as_decodable(encoded(mode, (40, 50), form))
        assert Image.open(io.BytesIO(converted)).format == "PNG"
        assert decode_images(tf.constant([converted]), (50, 40, 1)).shape == (1, 50, 40, 1)


def test_what_tensorflow_decodes_is_left_alone() -> None:
    image = encoded("L", (40, 50), "JPEG")
    assert as_decodable(image) is image
