"""The networks that can compete, by name. A new one is a module like `cnn` and a line in `ARCHITECTURES`."""

from dataclasses import dataclass

import keras

from fototeca.errors import CollectionError
from fototeca.learning.architectures.architecture import Architecture, Shape
from fototeca.learning.architectures.cnn import CNN
from fototeca.learning.architectures.cnn_small import CNN_SMALL
from fototeca.learning.architectures.heads import classification

__all__ = ["ARCHITECTURES", "Architecture", "ArchitectureInfo", "Shape", "build", "count", "describe", "find"]

ARCHITECTURES = {architecture.name: architecture for architecture in (CNN_SMALL, CNN)}


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


def build(architecture: Architecture, classes: int) -> keras.Model:
    """A network with fresh weights: pixels uint8 [N, height, width, channels] → logits float32 [N, classes]."""
    pixels = keras.Input(architecture.input_shape, dtype="uint8", name="pixels")
    outputs = classification(architecture.body(pixels), classes)
    return keras.Model(pixels, outputs, name=architecture.name)


def count(network: keras.Model) -> Parameters:
    """The parameters of a network."""
    trainable = sum(int(weight.shape.num_elements()) for weight in network.trainable_weights)
    total = int(network.count_params())
    return Parameters(total, trainable, total - trainable)


def describe(classes: int = 8) -> list[ArchitectureInfo]:
    """All architectures, with the parameters that they have for so many classes."""
    return [
        ArchitectureInfo(architecture.name, architecture.input_shape, count(build(architecture, classes)))
        for architecture in ARCHITECTURES.values()
    ]
