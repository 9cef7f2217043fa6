"""What an architecture is."""

from collections.abc import Callable
from dataclasses import dataclass

import keras

Shape = tuple[int, int, int]
"""Height, width, channels."""
Part = Callable[[keras.KerasTensor], keras.KerasTensor]
"""Layers, as a function from one tensor to the next."""


def identity(features: keras.KerasTensor) -> keras.KerasTensor:
    """The neck of a network that has none."""
    return keras.layers.Identity()(features)


@dataclass(frozen=True)
class Architecture:
    """A network up to its head, which the recipe's task decides."""

    name: str
    input_shape: Shape
    backbone: Part
    """From pixels, uint8 [N, height, width, channels], to what stays fixed while frozen; scaling comes first."""
    neck: Part = identity
    """The layers between backbone and head that always learn."""
    frozen: bool = False
    """Whether the backbone is never fine-tuned, so that all its parameters count as non-trainable."""
    sources: tuple[str, ...] = ()
    """The pretrained weights that are known by a name: "wheel", "imagenet"."""
