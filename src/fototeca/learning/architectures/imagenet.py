"""How networks that were trained on ImageNet take its pixels."""

import keras

MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
"""Of red, green and blue between 0 and 1."""


def standardized(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Pixels of 0 to 255 as standard deviations from ImageNet's mean."""
    scale = [1 / (255 * deviation) for deviation in DEVIATION]
    offset = [-mean / deviation for mean, deviation in zip(MEAN, DEVIATION, strict=True)]
    return keras.layers.Rescaling(scale, offset, dtype="float32")(pixels)
