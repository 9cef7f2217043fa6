"""The SavedModel that the model server loads: encoded images in, calibrated answers out."""

import statistics
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from fototeca.errors import TrainingFailed
from fototeca.learning.architectures.architecture import Shape
from fototeca.learning.batches import Numbers
from fototeca.learning.calibrated import Calibrated
from fototeca.learning.decoding import decode_images
from fototeca.learning.views import views_of_batch
from fototeca.serving.answers import YEARS

TOLERANCE = 1e-4
"""How far probabilities of the exported graph may lie from training's: batches of another size round differently."""
YEARS_TOLERANCE = 0.05
"""The same for years; a quantile of a distribution may also fall into the next year."""
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


def check_export(folder: Path, images: list[bytes], expected: Numbers) -> float:
    """Load the SavedModel and hold its answers to those of training; the milliseconds that it takes for one image.

    They are the median of five requests of 32 images each.

    Raises:
        TrainingFailed: the answers differ.
    """
    loaded = tf.saved_model.load(str(folder))
    ask = loaded.signatures["serving_default"]
    answers = ask(image_bytes=tf.constant(images))
    in_years = "year" in answers
    given = np.stack([answers[n] for n in YEARS], axis=1) if in_years else answers["probabilities"].numpy()
    difference, allowed = float(np.abs(given - expected).max()), YEARS_TOLERANCE + 1 if in_years else TOLERANCE
    if not difference <= allowed:
        raise TrainingFailed(
            f"The exported graph answers up to {difference:.2g} away from training on {len(images)} images, "
            f"{allowed:g} is allowed. Nothing was published; this is a fault of the program."
        )
    request = tf.constant((images * TIMED)[:TIMED])
    seconds = []
    for _ in range(6):
        began = time.perf_counter()
        ask(image_bytes=request)
        seconds.append(time.perf_counter() - began)
    return 1000 * statistics.median(seconds[1:]) / TIMED
