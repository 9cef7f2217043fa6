"""What a fixed body makes of each image, computed once: the head's epochs on it cost next to nothing.

Kept by content: under the body's weights, by image and view. A dataset that grew has only its new images computed,
and a run that was killed goes on where it was.
"""

import hashlib
import json
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from fototeca.context import Context, Progress
from fototeca.learning.architectures import Head, build, find
from fototeca.learning.augmentation import Change
from fototeca.learning.batches import Numbers, Rows, plain_batches
from fototeca.learning.examples import Examples, open_examples
from fototeca.learning.weights import load_weights

BATCH = 32
PART = 2048
"""Images per file: a minute of a large body's work, at most, is lost with a killed run."""


@dataclass(frozen=True)
class Features:
    """What the body makes of images of a dataset, on disk."""

    parts: list[Numbers]
    """[images, ...] each, mapped from disk."""
    where: NDArray[np.int64]
    """[images of the dataset, views, 2]: the part and the place in it; -1 where nothing was computed."""

    def take(self, rows: Rows, views: Rows) -> Numbers:
        """Features of these rows of the dataset, each in its view: float32 [rows, ...]."""
        part, place = self.where[rows, views].T
        taken = np.empty((len(rows), *self.parts[0].shape[1:]), np.float32)
        for number in np.unique(part):
            here = np.flatnonzero(part == number)
            taken[here] = self.parts[number][place[here]]
        return taken


def compute_features(
    folder: Path, backbone: keras.Model, examples: Examples, views: Sequence[tuple[Rows, int]], progress: Progress
) -> Features:
    """The features of these rows, each in so many views, from the cache below `folder` where it has them."""
    cache = folder / digest(backbone)
    cache.mkdir(parents=True, exist_ok=True)
    ids = np.array(examples.table["id"].to_pylist())
    wanted = [(row, view) for rows, count in views for view in range(count) for row in rows.tolist()]
    known = _names(cache)
    missing = [(row, view) for row, view in wanted if f"{ids[row]}:{view}" not in known]
    answer = tf.function(lambda pixels: backbone(pixels, training=False), reduce_retracing=True)
    for start in range(0, len(missing), PART):
        some = missing[start : start + PART]
        made = []
        for view in sorted({view for _, view in some}):
            rows = np.array([row for row, of in some if of == view])
            for pixels in plain_batches(examples.pixels, rows, BATCH, [Change(view=view)] * len(rows)):
                made.append(answer(pixels).numpy())
                done = start + sum(len(each) for each in made)
                progress(done, len(missing), f"features of {backbone.name}")
        ordered = sorted(some, key=lambda one: one[1])
        _keep(cache, [f"{ids[row]}:{view}" for row, view in ordered], np.concatenate(made).astype(np.float32))
    return _open(cache, ids, wanted)


def features_of(
    context: Context, facts: dict[str, Any], architecture: str, weights: str, progress: Progress, seed: int = 7
) -> Numbers:
    """One vector for each image of the dataset that `facts` describes, float32 [images, d], in the manifest's order.

    Raises:
        WeightsUnavailable: the architecture's body can't have these weights.
        TrainingFailed: an image can't be decoded.
    """
    chosen = find(architecture)
    keras.utils.set_random_seed(seed)
    network = build(chosen, Head("regression", 1))
    load_weights(context, chosen, weights, network, progress)
    examples = open_examples(context, facts, chosen.input_shape, progress)
    rows = np.arange(len(examples.table))
    found = compute_features(
        context.scratch / "features", network.get_layer("backbone"), examples, [(rows, 1)], progress
    )
    features = found.take(rows, np.zeros_like(rows))
    pooled: Numbers = features.reshape(len(rows), -1, features.shape[-1]).mean(axis=1)
    return pooled


def digest(backbone: keras.Model) -> str:
    """Names a body by its layers and its weights, whatever the layers are called."""
    layers = [(type(layer).__name__, layer.get_config() | {"name": ""}) for layer in backbone.layers]
    of = hashlib.sha256(json.dumps(layers, sort_keys=True, default=str).encode())
    for array in backbone.get_weights():
        of.update(np.ascontiguousarray(array).tobytes())
    return of.hexdigest()[:16]


def _names(cache: Path) -> dict[str, tuple[str, int]]:
    """The part and the place in it of everything that is kept."""
    names = {}
    for file in sorted(cache.glob("*.json")):
        for place, name in enumerate(json.loads(file.read_text())):
            names[name] = (file.stem, place)
    return names


def _keep(cache: Path, names: list[str], features: Numbers) -> None:
    part = uuid.uuid4().hex
    unfinished = cache / f"{part}.unfinished"
    try:
        with unfinished.open("wb") as file:
            np.save(file, features)
        os.replace(unfinished, cache / f"{part}.npy")
        unfinished.write_text(json.dumps(names))
        os.replace(unfinished, cache / f"{part}.json")
    finally:
        unfinished.unlink(missing_ok=True)


def _open(cache: Path, ids: NDArray[np.str_], wanted: list[tuple[int, int]]) -> Features:
    known = _names(cache)
    numbers: dict[str, int] = {}
    where = np.full((len(ids), 1 + max(view for _, view in wanted), 2), -1, np.int64)
    for row, view in wanted:
        part, place = known[f"{ids[row]}:{view}"]
        where[row, view] = numbers.setdefault(part, len(numbers)), place
    return Features([np.load(cache / f"{part}.npy", mmap_mode="r") for part in numbers], where)
