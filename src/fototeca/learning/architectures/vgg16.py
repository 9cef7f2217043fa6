"""VGG16 as it was trained on ImageNet, never changed, under a head that learns.

Simonyan and Zisserman 2015, https://arxiv.org/abs/1409.1556.
"""

import keras
from keras import layers

from fototeca.learning.architectures.architecture import Architecture

MEAN_BGR = (103.939, 116.779, 123.68)
"""Of ImageNet's pixels; this network was trained by Caffe, which has blue first."""


def _backbone(pixels: keras.KerasTensor) -> keras.KerasTensor:
    centred = layers.Rescaling(1.0, [-mean for mean in MEAN_BGR], dtype="float32")(pixels[..., ::-1])
    return keras.applications.VGG16(include_top=False, weights=None, input_tensor=centred).output


def _neck(features: keras.KerasTensor) -> keras.KerasTensor:
    features = layers.Dense(128, activation="relu")(layers.Flatten()(features))
    return layers.Dropout(0.5)(features)


VGG16 = Architecture("vgg16", (224, 224, 3), _backbone, _neck, frozen=True, sources=("imagenet",))
