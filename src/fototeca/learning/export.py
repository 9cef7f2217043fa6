"""The SavedModel that the model server loads: encoded images in, probabilities out."""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from fototeca.errors import TrainingFailed
from fototeca.learning.architectures.architecture import Shape
from fototeca.learning.decoding import decode_images

TOLERANCE = 1e-4
"""How far probabilities of the exported graph may lie from training's: batches of another size round differently."""


def export_network(network: keras.Model, folder: Path) -> None:
    """Write the network as a SavedModel.

    Its signature `serving_default` takes `image_bytes`, string [N] (JPEG or PNG), and gives `probabilities`, float32
    [N, classes]. Decoding and resizing are in the graph, and no operation in it needs Python.
    """
    shape: Shape = network.input_shape[1:]

    def serve(image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        logits = network(decode_images(image_bytes, shape), training=False)
        return {"probabilities": tf.nn.softmax(logits)}

    served = tf.Module()
    served.weights = [variable.value for variable in network.variables]  # what is saved with the graph
    graph = tf.function(serve, input_signature=[tf.TensorSpec([None], tf.string, name="image_bytes")])
    tf.saved_model.save(served, str(folder), signatures={"serving_default": graph})


def check_export(folder: Path, images: list[bytes], expected: NDArray[np.float32]) -> None:
    """Load the SavedModel and hold its answers to those of training.

    Raises:
        TrainingFailed: they differ.
    """
    loaded = tf.saved_model.load(str(folder))
    answers = loaded.signatures["serving_default"](image_bytes=tf.constant(images))["probabilities"].numpy()
    difference = float(np.abs(answers - expected).max())
    if not difference <= TOLERANCE:
        raise TrainingFailed(
            f"The exported graph answers up to {difference:.2g} away from training on {len(images)} images, "
            f"{TOLERANCE:g} is allowed. Nothing was published; this is a fault of the program."
        )
