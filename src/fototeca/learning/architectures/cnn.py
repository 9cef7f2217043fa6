"""A network of two convolutions: large enough to tell landmarks apart, small enough for two processors."""

import keras
from keras import layers

from fototeca.learning.architectures.architecture import Architecture

GREY_MEAN, GREY_DEVIATION = 127.0, 40.0
"""Of the grey levels of an average image; fixed, since brightness tells a bright dune from a dark one."""


def two_convolutions(
    pixels: keras.KerasTensor, filters: tuple[int, int], units: int, dropout: float
) -> keras.KerasTensor:
    """Twice: 3x3 convolution without padding, ReLU, 2x2 maximum; then a dense layer over all positions.

    The ReLU stands behind the pooling, where it has a quarter of the work and the same result.
    """
    features = layers.Rescaling(1 / GREY_DEVIATION, -GREY_MEAN / GREY_DEVIATION)(pixels)
    for count in filters:
        features = layers.Conv2D(count, 3)(features)
        features = layers.MaxPool2D()(features)
        features = layers.ReLU()(features)
    features = layers.Dropout(dropout)(layers.Flatten()(features))
    return layers.Dense(units, activation="relu")(features)


CNN = Architecture(
    "cnn", (227, 227, 1), lambda pixels: two_convolutions(pixels, filters=(16, 32), units=32, dropout=0.3)
)
