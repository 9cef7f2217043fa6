"""The SavedModel that the model server loads: encoded images in, calibrated answers out."""

import statistics
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from fototeca.collections.recipe import Task
from fototeca.errors import TrainingFailed
from fototeca.learning.architectures.architecture import Shape
from fototeca.learning.batches import Numbers
from fototeca.learning.calibrated import Calibrated
from fototeca.learning.decoding import decode_images
from fototeca.learning.views import views_of_batch
from fototeca.serving.answers import YEARS, answers_years, tolerance_of

TOLERANCE = 1e-4
"""How far probabilities of the exported graph may lie from training's: batches of another size round differently."""
TIMED = 32
"""Images in the request whose time is taken."""


def export_network(network: keras.Model, calibrated: Calibrated, views: int, folder: Path) -> None:
    """Write the network as a SavedModel.

    Its signature `serving_default` takes `image_bytes`, string [N] (JPEG or PNG), and gives what `Calibrated.answer`
    gives. Decoding and resizing are in the graph, and no operation in it needs Python.
    """
    shape: Shape = network.input_shape[1:]

    def serve(image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        return calibrated.answer(average_views(network, decode_images(image_bytes, shape), views))

    served = tf.Module()
    served.weights = [variable.value for variable in network.variables]  # what is saved with the graph
    graph = tf.function(serve, input_signature=[tf.TensorSpec([None], tf.string, name="image_bytes")])
    tf.saved_model.save(served, str(folder), signatures={"serving_default": graph})


def average_views(network: keras.Model, pixels: tf.Tensor, views: int) -> tf.Tensor:
    """The network's outputs, averaged over views of the images, in a graph."""
    outputs = [network(view, training=False) for view in views_of_batch(pixels, views)]
    return tf.add_n(outputs) / views


def check_export(folder: Path, images: list[bytes], expected: Numbers, task: Task) -> float:
    """Load the SavedModel and hold its answers to those of training; the milliseconds that it takes for one image.

    They are the median of five requests of 32 images each.

    Raises:
        TrainingFailed: the answers differ.
    """
    loaded = tf.saved_model.load(str(folder))
    ask = loaded.signatures["serving_default"]
    answers = ask(image_bytes=tf.constant(images))
    if answers_years(task):
        given, allowed = np.stack([answers[name] for name in YEARS], axis=1), tolerance_of(task)
    else:
        given, allowed = answers["probabilities"].numpy(), np.array([TOLERANCE], np.float32)
    difference = np.abs(given - expected).max(axis=0)
    if not (difference <= allowed).all():
        raise TrainingFailed(
            f"The exported graph answers up to {difference.max():.2g} away from training on {len(images)} "
            f"images, where {allowed.max():g} is allowed. Nothing was published; this is a fault of the program."
        )
    request = tf.constant((images * TIMED)[:TIMED])
    seconds = []
    for _ in range(6):
        began = time.perf_counter()
        ask(image_bytes=request)
        seconds.append(time.perf_counter() - began)
    return 1000 * statistics.median(seconds[1:]) / TIMED
