"""From encoded images to a network's pixels: the one function for training and for the exported graph."""

import tensorflow as tf

from fototeca.learning.architectures.architecture import Shape


def decode_image(content: tf.Tensor, shape: Shape) -> tf.Tensor:
    """Decode one JPEG, PNG, GIF (its first frame) or BMP, string [], to uint8 [height, width, channels].

    Images of another size are resized (bilinear, with antialiasing where they shrink) and rounded, so that what is
    kept between epochs in one byte is exactly what a served network sees.
    """
    height, width, channels = shape
    image = tf.io.decode_image(content, channels=channels, expand_animations=False)
    size = tf.shape(image)
    fits = tf.logical_and(tf.equal(size[0], height), tf.equal(size[1], width))
    pixels = tf.cond(fits, lambda: image, lambda: _resize(image, height, width))
    return tf.ensure_shape(pixels, shape)


def decode_images(contents: tf.Tensor, shape: Shape) -> tf.Tensor:
    """Decode many images, string [N], to uint8 [N, height, width, channels]."""
    return tf.map_fn(
        lambda content: decode_image(content, shape),
        contents,
        fn_output_signature=tf.TensorSpec(shape, tf.uint8),
        parallel_iterations=16,
    )


def _resize(image: tf.Tensor, height: int, width: int) -> tf.Tensor:
    resized = tf.image.resize(image, (height, width), antialias=True)
    return tf.saturate_cast(tf.round(resized), tf.uint8)
