"""The network of that name in fastai's library: ResNeXt with squeeze-and-excitation, thin and eight stages deep.

Layout: fastai.vision.models.xresnet; Xie et al. 2017, https://arxiv.org/abs/1611.05431 (groups), Hu et al. 2018,
https://arxiv.org/abs/1709.01507 (squeeze-and-excitation).
"""

import math

import keras
from keras import layers

from fototeca.learning.architectures.architecture import Architecture
from fototeca.learning.architectures.grouped import GroupedConv2D
from fototeca.learning.architectures.imagenet import standardized
from fototeca.learning.architectures.resnet18 import convolved, normalized, pooled

STAGES = ((2, 64), (2, 128), (1, 256), (1, 512), (1, 256), (1, 256), (1, 256), (1, 256))
"""Blocks and channels; every stage but the first halves height and width."""
GROUPS = 32


def _weighed(features: keras.KerasTensor) -> keras.KerasTensor:
    """Squeeze-and-excitation: each channel times a weight from 0 to 1 that all channels' means decide."""
    channels = features.shape[-1]
    weights = layers.GlobalAveragePooling2D(keepdims=True)(features)
    weights = layers.Conv2D(math.ceil(channels / 16 / 8) * 8, 1, activation="relu")(weights)
    weights = layers.Conv2D(channels, 1, activation="sigmoid")(weights)
    return layers.Multiply()([features, weights])


def _block(before: keras.KerasTensor, channels: int, stride: int) -> keras.KerasTensor:
    features = layers.ZeroPadding2D(1)(before) if stride > 1 else before
    padding = "same" if stride == 1 else "valid"
    features = GroupedConv2D(2 * channels, 3, stride, padding, groups=GROUPS, use_bias=False)(features)
    features = convolved(normalized(features), channels)
    features = _weighed(normalized(features, active=False, scale="zeros"))
    if stride > 1:
        before = layers.AveragePooling2D(2, padding="same")(before)
    if before.shape[-1] != channels:
        before = normalized(convolved(before, channels, size=1), active=False)
    return layers.ReLU()(layers.Add()([features, before]))


def _backbone(pixels: keras.KerasTensor) -> keras.KerasTensor:
    features = standardized(pixels)
    for channels, stride in ((32, 2), (32, 1), (64, 1)):
        features = normalized(convolved(features, channels, stride=stride))
    features = pooled(features)
    for stage, (blocks, channels) in enumerate(STAGES):
        for place in range(blocks):
            features = _block(features, channels, 2 if stage > 0 and place == 0 else 1)
    return layers.GlobalAveragePooling2D()(features)


XSE_RESNEXT18_DEEPER = Architecture(
    "xse_resnext18_deeper", (224, 224, 3), _backbone, neck=lambda features: layers.Dropout(0.2)(features)
)
