"""What a network ends with, by the task."""

import keras


def classification(features: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    """One logit for each class; the softmax is added where probabilities are wanted."""
    return keras.layers.Dense(classes, name="logits", dtype="float32")(features)
