"""The networks that can compete, by name. A new one is a module like `cnn` and a line in `ARCHITECTURES`."""

from dataclasses import dataclass

import keras

from fototeca.errors import CollectionError
from fototeca.learning.architectures.architecture import Architecture, Shape
from fototeca.learning.architectures.cnn import CNN
from fototeca.learning.architectures.cnn_small import CNN_SMALL
from fototeca.learning.architectures.efficientnet_b0 import EFFICIENTNET_B0
from fototeca.learning.architectures.efficientnet_lite0 import EFFICIENTNET_LITE0
from fototeca.learning.architectures.heads import Head, head_layer
from fototeca.learning.architectures.resnet import RESNET
from fototeca.learning.architectures.resnet18 import RESNET18
from fototeca.learning.architectures.vgg16 import VGG16
from fototeca.learning.architectures.xse_resnext18_deeper import XSE_RESNEXT18_DEEPER

__all__ = ["ARCHITECTURES", "Architecture", "ArchitectureInfo", "Head", "Shape", "build", "count", "describe", "find"]

ARCHITECTURES = {
    architecture.name: architecture
    for architecture in (
        CNN_SMALL,
        CNN,
        RESNET,
        VGG16,
        RESNET18,
        XSE_RESNEXT18_DEEPER,
        EFFICIENTNET_B0,
        EFFICIENTNET_LITE0,
    )
}


@dataclass(frozen=True)
class Parameters:
    """How many numbers a network has, and how many of them training changes."""

    total: int
    trainable: int
    non_trainable: int


@dataclass(frozen=True)
class ArchitectureInfo:
    """A network as `fototeca architectures` lists it; `input_shape` is height, width, channels."""

    name: str
    input_shape: Shape
    parameters: Parameters


def find(name: str) -> Architecture:
    """The architecture of that name.

    Raises:
        CollectionError: there is none.
    """
    if name not in ARCHITECTURES:
        raise CollectionError(f"No architecture is named {name!r}. There are: {', '.join(sorted(ARCHITECTURES))}.")
    return ARCHITECTURES[name]


def build(architecture: Architecture, head: Head) -> keras.Model:
    """A network with fresh weights: pixels uint8 [N, height, width, channels] → float32 [N, outputs].

    It has three layers: the models `backbone` and `neck`, and the head, `logits` or `year`.
    """
    pixels = keras.Input(architecture.input_shape, dtype="uint8", name="pixels")
    backbone = keras.Model(pixels, architecture.backbone(pixels), name="backbone")
    backbone.trainable = not architecture.frozen
    features = keras.Input(backbone.output_shape[1:], dtype=backbone.output.dtype, name="features")
    neck = keras.Model(features, architecture.neck(features), name="neck")
    seen = keras.Input(architecture.input_shape, dtype="uint8", name="pixels")
    return keras.Model(seen, head_layer(head)(neck(backbone(seen))), name=architecture.name)


def count(network: keras.Model) -> Parameters:
    """The parameters of a network."""
    trainable = sum(int(weight.shape.num_elements()) for weight in network.trainable_weights)
    total = int(network.count_params())
    return Parameters(total, trainable, total - trainable)


def describe(classes: int = 8) -> list[ArchitectureInfo]:
    """All architectures, with the parameters that they have for so many classes."""
    head = Head("classification", classes)
    return [
        ArchitectureInfo(architecture.name, architecture.input_shape, count(build(architecture, head)))
        for architecture in ARCHITECTURES.values()
    ]
