"""What a network ends with, by the task."""

from dataclasses import dataclass

import keras

from fototeca.collections.recipe import Task


@dataclass(frozen=True)
class Head:
    """What is asked of a network: so many numbers for each image."""

    task: Task
    outputs: int
    """Classes of a classification, years of a distribution; 1 for a regression."""


def head_layer(head: Head) -> keras.Layer:
    """The last layer, which computes in 32 bits whatever the rest does.

    It is linear: `logits` [N, outputs], one for each class or year, to which the softmax is added where probabilities
    are wanted; or `year` [N, 1], in standard deviations from the mean year of the training images.
    """
    name = "year" if head.task == "regression" else "logits"
    return keras.layers.Dense(head.outputs, name=name, dtype="float32")
