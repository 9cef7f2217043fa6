"""A network of two convolutions: large enough to tell landmarks apart, small enough for two processors."""

import keras
from keras import layers

from fototeca.learning.architectures.architecture import Architecture

GREY_MEAN, GREY_DEVIATION = 127.0, 40.0
"""Of the grey levels of an average image; fixed, since brightness tells a bright dune from a dark one."""


def two_convolutions(name: str, filters: tuple[int, int], units: int) -> Architecture:
    """Twice: 3x3 convolution without padding, ReLU, 2x2 maximum; then a dense layer over all positions.

    The ReLU stands behind the pooling, where it has a quarter of the work and the same result.
    """

    def backbone(pixels: keras.KerasTensor) -> keras.KerasTensor:
        features = layers.Rescaling(1 / GREY_DEVIATION, -GREY_MEAN / GREY_DEVIATION, dtype="float32")(pixels)
        for count in filters:
            features = layers.Conv2D(count, 3)(features)
            features = layers.MaxPool2D()(features)
            features = layers.ReLU()(features)
        return layers.Flatten()(features)

    def neck(features: keras.KerasTensor) -> keras.KerasTensor:
        return layers.Dense(units, activation="relu")(layers.Dropout(0.3)(features))

    return Architecture(name, (227, 227, 1), backbone, neck)


CNN = two_convolutions("cnn", filters=(16, 32), units=32)
