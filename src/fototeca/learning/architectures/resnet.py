"""A small residual network, for grey images and no pretrained weights."""

import keras
from keras import layers

from fototeca.learning.architectures.architecture import Architecture
from fototeca.learning.architectures.cnn import GREY_DEVIATION, GREY_MEAN
from fototeca.learning.architectures.normalization import BatchNormalization


def _block(before: keras.KerasTensor, channels: int) -> keras.KerasTensor:
    features = layers.Conv2D(channels, 3, padding="same")(before)
    features = layers.ReLU()(BatchNormalization(momentum=0.9)(features))
    features = layers.Conv2D(channels, 3, padding="same")(features)
    features = BatchNormalization(momentum=0.9)(features)
    features = layers.Add()([features, layers.Conv2D(channels, 1)(before)])
    return layers.ReLU()(layers.MaxPool2D()(features))


def _backbone(pixels: keras.KerasTensor) -> keras.KerasTensor:
    features = layers.Rescaling(1 / GREY_DEVIATION, -GREY_MEAN / GREY_DEVIATION, dtype="float32")(pixels)
    features = layers.ReLU()(layers.MaxPool2D()(layers.Conv2D(32, 3, padding="same")(features)))
    for channels in (32, 64, 128):
        features = _block(features, channels)
    return layers.Flatten()(features)


def _neck(features: keras.KerasTensor) -> keras.KerasTensor:
    return layers.Dropout(0.3)(layers.Dense(128, activation="relu")(features))


RESNET = Architecture("resnet", (224, 224, 1), _backbone, _neck)
