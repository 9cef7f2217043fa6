"""What an architecture is."""

from collections.abc import Callable
from dataclasses import dataclass

import keras

Shape = tuple[int, int, int]
"""Height, width, channels."""


@dataclass(frozen=True)
class Architecture:
    """A network up to its head, which the collection's task decides."""

    name: str
    input_shape: Shape
    body: Callable[[keras.KerasTensor], keras.KerasTensor]
    """From pixels, uint8 [N, height, width, channels], to features [N, n]; scaling the pixels is its first layer."""
