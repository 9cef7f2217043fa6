"""ResNet-18 in torchvision's layout and names, so that its ImageNet weights fit.

He et al. 2016, https://arxiv.org/abs/1512.03385.
"""

import keras
from keras import layers

from fototeca.learning.architectures.architecture import Architecture
from fototeca.learning.architectures.imagenet import standardized
from fototeca.learning.architectures.normalization import BatchNormalization


def convolved(
    features: keras.KerasTensor, channels: int, name: str | None = None, *, size: int = 3, stride: int = 1
) -> keras.KerasTensor:
    """A convolution without bias, padded alike on all sides, as PyTorch does and Keras' "same" does not for strides."""
    if stride > 1 and size > 1:
        features = layers.ZeroPadding2D(size // 2)(features)
    padding = "same" if stride == 1 else "valid"
    return layers.Conv2D(channels, size, stride, padding, use_bias=False, name=name)(features)


def normalized(
    features: keras.KerasTensor, name: str | None = None, *, active: bool = True, scale: str = "ones"
) -> keras.KerasTensor:
    """Batch normalization with PyTorch's constants, and ReLU."""
    features = BatchNormalization(momentum=0.9, epsilon=1e-5, gamma_initializer=scale, name=name)(features)
    return layers.ReLU()(features) if active else features


def pooled(features: keras.KerasTensor) -> keras.KerasTensor:
    """3x3 maximum with stride 2; behind a ReLU, a border of zeros changes no maximum."""
    return layers.MaxPool2D(3, 2)(layers.ZeroPadding2D(1)(features))


def _block(before: keras.KerasTensor, channels: int, stride: int, name: str) -> keras.KerasTensor:
    features = convolved(before, channels, f"{name}.conv1", stride=stride)
    features = convolved(normalized(features, f"{name}.bn1"), channels, f"{name}.conv2")
    features = normalized(features, f"{name}.bn2", active=False)
    if stride > 1:
        before = convolved(before, channels, f"{name}.downsample.0", size=1, stride=stride)
        before = normalized(before, f"{name}.downsample.1", active=False)
    return layers.ReLU()(layers.Add()([features, before]))


def _backbone(pixels: keras.KerasTensor) -> keras.KerasTensor:
    features = convolved(standardized(pixels), 64, "conv1", size=7, stride=2)
    features = pooled(normalized(features, "bn1"))
    for stage, channels in enumerate((64, 128, 256, 512), start=1):
        features = _block(features, channels, 1 if stage == 1 else 2, f"layer{stage}.0")
        features = _block(features, channels, 1, f"layer{stage}.1")
    return layers.GlobalAveragePooling2D()(features)


RESNET18 = Architecture(
    "resnet18",
    (224, 224, 3),
    _backbone,
    neck=lambda features: layers.Dropout(0.2)(features),
    sources=("imagenet",),
)
