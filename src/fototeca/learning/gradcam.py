"""Where a network looked: Grad-CAM, Selvaraju et al. 2017 (arXiv 1610.02391)."""

import io
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from PIL import Image

from fototeca.context import Context
from fototeca.learning.batches import Numbers, Rows
from fototeca.learning.objectives import Classes, Objective
from fototeca.learning.outcome import Outcome
from fototeca.learning.views import Pixels

if TYPE_CHECKING:
    from fototeca.learning.run import Request

SHOWN = 8
"""Test images that are explained, half of them mistakes."""
PLACES = 7
"""Rows and columns that feature maps must have, to show where: as many as networks for ImageNet end with."""
SIDE = 224
COLOURS = ((0, 0, 4), (87, 16, 110), (188, 55, 84), (249, 142, 9), (252, 255, 164))
"""Matplotlib's inferno at every quarter: from black to bright yellow, equal steps of heat looking equal."""
OPACITY = 0.65
"""How much of the image the greatest heat covers."""


def explain(network: keras.Model, objective: Objective, pixels: Pixels, targets: Rows | None = None) -> Numbers:
    """How much each place of the images spoke for the answer: float32 [N, height, width], 0 to 1 in each image.

    The last feature maps of the body, of 7x7 places or more, are weighted by the mean gradient of the answer over
    them. For classes that is the logit of each image's target [N], or of the predicted class; only what spoke for it
    counts. For years it is the year; what made it later and what made it earlier count alike.

    Args:
        network: as `architectures.build` makes it.
        objective: what its outputs mean.
        pixels: uint8 [N, height, width, channels].
        targets: classes [N], by number.
    """
    backbone = network.get_layer("backbone")
    looking = keras.Model(backbone.input, [_last_maps(backbone), backbone.output])
    with tf.GradientTape() as tape:
        # Weights are watched for what follows the maps to be on the tape, also where they are fixed.
        tape.watch([weight.value for weight in backbone.weights if weight.dtype == "float32"])
        maps, features = looking(pixels, training=False)
        outputs = network.layers[-1](network.get_layer("neck")(features, training=False))
        if isinstance(objective, Classes):
            wanted = tf.argmax(outputs, axis=1) if targets is None else tf.constant(targets, tf.int64)
            answer = tf.gather(outputs, wanted, axis=1, batch_dims=1)
        else:
            answer = objective.answer(outputs)["year"]
    weights = tf.reduce_mean(tape.gradient(answer, maps), axis=(1, 2), keepdims=True)
    influence = tf.reduce_sum(weights * maps, axis=3, keepdims=True)
    heat = tf.nn.relu(influence) if isinstance(objective, Classes) else tf.abs(influence)
    scaled = tf.math.divide_no_nan(heat, tf.reduce_max(heat, axis=(1, 2, 3), keepdims=True))
    shown: Numbers = tf.image.resize(scaled, pixels.shape[1:3])[..., 0].numpy()
    return shown


def _last_maps(backbone: keras.Model) -> keras.KerasTensor:
    """The deepest feature maps that still tell places apart."""
    maps = [layer.output for layer in backbone.layers if len(layer.output.shape) == 4]
    return min((each for each in reversed(maps) if each.shape[1] >= PLACES), key=lambda each: int(each.shape[1]))


def overlay(pixels: Pixels, heat: Numbers) -> bytes:
    """An image [height, width, channels] under its heat [height, width], as a PNG of at most 224 pixels a side."""
    colours = np.stack(
        [np.interp(heat, np.linspace(0, 1, len(COLOURS)), channel) for channel in zip(*COLOURS, strict=True)], axis=-1
    )
    cover = OPACITY * heat[..., None]
    blended = np.rint(pixels * (1 - cover) + colours * cover).astype(np.uint8)
    image = Image.fromarray(blended)
    image.thumbnail((SIDE, SIDE))
    packed = io.BytesIO()
    image.save(packed, "PNG", optimize=True)
    return packed.getvalue()


def write_explanations(context: Context, request: "Request", network: keras.Model, outcome: Outcome) -> None:
    """Publish overlays of some test images below `gradcam/`, and then `gradcam.json`, which lists them.

    Without test images, nothing is published.
    """
    rows = _choose(outcome)
    if not len(rows):
        return
    objective = outcome.calibrated.objective
    targets = outcome.answers[rows].argmax(axis=1) if isinstance(objective, Classes) else None
    pixels = np.asarray(outcome.examples.pixels[rows])
    records = []
    for place, (row, heat) in enumerate(zip(rows, explain(network, objective, pixels, targets), strict=True)):
        key = request.key(f"gradcam/{place}.png")
        context.store.put(key, overlay(pixels[place], heat))
        records.append({**_describe(outcome, int(row)), "key": key})
    context.store.put_json(request.key("gradcam.json"), records)


def _choose(outcome: Outcome) -> Rows:
    """Half of the widest errors, then right answers of as many labels as there are; each the surest first."""
    rows = outcome.examples.rows("test")
    wrong, sureness = _judge(outcome, rows)
    order = rows[np.lexsort((rows, -sureness))]
    mistakes, right = order[np.isin(order, rows[wrong])], order[~np.isin(order, rows[wrong])]
    right = _in_turns(right, outcome.examples.labels[right])
    some = min(len(mistakes), max(SHOWN // 2, SHOWN - len(right)))
    return np.concatenate([mistakes[:some], right[: SHOWN - some]])


def _judge(outcome: Outcome, rows: Rows) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which of the answers to these rows are mistakes, and the order in which they are looked at."""
    answers = outcome.answers[rows]
    if isinstance(outcome.calibrated.objective, Classes):
        return answers.argmax(axis=1) != outcome.examples.labels[rows], answers.max(axis=1).astype(np.float64)
    error = np.abs(answers[:, 0] - outcome.examples.years[rows]).astype(np.float64)
    wrong = error > np.median(error) if len(rows) else error > 0
    return wrong, np.where(wrong, error, -error)


def _in_turns(rows: Rows, labels: NDArray[np.int64]) -> Rows:
    """The first of each label, then the second of each, and so on."""
    seen: dict[int, int] = {}
    turns = []
    for label in labels.tolist():
        turns.append(seen.setdefault(label, 0))
        seen[label] += 1
    return rows[np.argsort(turns, kind="stable")]


def _describe(outcome: Outcome, row: int) -> dict[str, Any]:
    image = outcome.examples.table.select(["id", "name", "label", "year_low", "year_high"]).take([row]).to_pylist()[0]
    low, high, answer = image.pop("year_low"), image.pop("year_high"), outcome.answers[row]
    if isinstance(outcome.calibrated.objective, Classes):
        best = int(answer.argmax())
        return image | {"predicted": outcome.classes[best], "confidence": float(answer[best])}
    truth = f"{low}" if low == high else f"{low} to {high}"
    return image | {"label": truth, "predicted": f"{answer[0]:.0f}", "confidence": None}
