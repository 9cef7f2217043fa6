"""The learning-rate finder: a short training whose rate rises step by step, and which is then thrown away."""

import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from fototeca.collections.recipe import Recipe
from fototeca.context import Context, Progress
from fototeca.errors import TrainingFailed
from fototeca.learning.balance import draw_rows, image_weights
from fototeca.learning.batches import Rows, training_batches
from fototeca.learning.devices import choose_strategy, has_gpu
from fototeca.learning.features import compute_features
from fototeca.learning.frozen import FrozenBody
from fototeca.learning.prepared import Prepared, prepare
from fototeca.learning.rates import LOWEST, STEPS, Ascent, Rates
from fototeca.learning.schedules import layer_shares, make_optimizer
from fototeca.learning.training import FROZEN, WHOLE, fix_normalization

LONGEST = 180.0
"""Seconds that the rise may take; where it would be more, it has fewer steps."""
FEWEST = 40
TIMED = 3
"""Steps at the lowest rate, which change next to nothing; the first builds the graph, the others are timed."""
HEAD_EPOCHS = 5
"""Epochs in which the head learns before the rates of all of the network are tried."""


def find_rates(
    context: Context,
    facts: dict[str, Any],
    architecture: str,
    recipe: Recipe,
    phase: str,
    progress: Progress,
    steps: int | None = None,
) -> Rates:
    """Try rates from 1e-7 to 1 in a phase, `frozen` or `fine-tuning`; nothing of it is kept.

    The rates rise over 100 steps, or over fewer, 40 at least, where 100 would take longer than three minutes. Before
    fine-tuning, the head learns for a moment, as it does in the frozen phase.

    Args:
        context: settings and archive.
        facts: dataset.json of the dataset.
        architecture: name of the network.
        recipe: how it is to be trained.
        phase: in which part of the training.
        progress: told how many steps are done.
        steps: so many steps, however long they take.

    Raises:
        TrainingFailed: the loss is no number almost from the start, or an image can't be decoded.
        CollectionError, SettingsError, InvalidDataset, WeightsUnavailable: as `prepare` says.
    """
    with choose_strategy().scope():
        ascent = _try(prepare(context, facts, architecture, recipe, progress), context, recipe, phase, progress, steps)
    found = ascent.read()
    if found is None:
        raise TrainingFailed(
            f"{architecture}: the loss is no number after {len(ascent.losses)} steps, at a rate of {LOWEST:g}: no "
            "learning rate helps. Look at the images with `fototeca describe`, and at the recipe."
        )
    return found


def _try(
    prepared: Prepared, context: Context, recipe: Recipe, phase: str, progress: Progress, steps: int | None
) -> Ascent:
    random = np.random.default_rng(recipe.seed)
    rows = random.permutation(prepared.examples.rows("train"))[: (steps or STEPS) * recipe.batch_size]
    weights = image_weights(recipe, prepared.examples.labels, rows)
    network, objective = prepared.network, prepared.objective
    if phase == FROZEN or recipe.frozen_epochs:
        body = _body(context, prepared, recipe, rows, progress)
        head = body.head(network)
        if phase == FROZEN:
            network = head
        else:
            _compile(head, prepared, recipe, recipe.frozen_learning_rate)
            head.fit(body.batches(objective, rows, weights, random), epochs=HEAD_EPOCHS, verbose=0, shuffle=False)

    def epoch() -> tf.data.Dataset:
        drawn = draw_rows(recipe, prepared.examples.labels, rows, random)
        if phase == FROZEN:
            return body.batches(objective, drawn, weights, random)
        pixels, targets, size = prepared.examples.pixels, objective.targets, recipe.batch_size
        return training_batches(pixels, drawn, targets, weights, size, recipe.augmentations, random)

    if phase == WHOLE and recipe.weights != "none":
        fix_normalization(network.get_layer("backbone"))
    _compile(network, prepared, recipe, LOWEST, layer_shares(network, recipe.layer_decay) if phase == WHOLE else [])
    return _rise(network, (batch for _ in count() for batch in epoch()), steps, progress)


def _rise(network: keras.Model, batches: Iterator[Any], steps: int | None, progress: Progress) -> Ascent:
    for _ in range(TIMED):
        began = time.monotonic()
        _step(network, next(batches), LOWEST)
        seconds = time.monotonic() - began
    ascent = Ascent(steps or int(np.clip(LONGEST / max(seconds, 1e-6), FEWEST, STEPS)))
    while (rate := ascent.rate) is not None:
        ascent.note(_step(network, next(batches), rate))
        progress(len(ascent.losses), len(ascent.planned), "trying learning rates")
    return ascent


def _step(network: keras.Model, batch: Any, rate: float) -> float:
    network.optimizer.learning_rate = rate
    network.reset_metrics()
    return float(network.train_on_batch(*batch, return_dict=True)["loss"])


def _body(context: Context, prepared: Prepared, recipe: Recipe, rows: Rows, progress: Progress) -> FrozenBody:
    """The fixed body, with its features of these rows; they are kept for the training."""
    backbone, features = prepared.network.get_layer("backbone"), None
    if recipe.feature_cache:
        folder = context.scratch / "features"
        features = compute_features(folder, backbone, prepared.examples, [(rows, 1)], progress)
    return FrozenBody(backbone, prepared.examples, features, 1, recipe.batch_size)


def _compile(
    network: keras.Model, prepared: Prepared, recipe: Recipe, rate: float, shares: list[float] | None = None
) -> None:
    constant = recipe.model_copy(update={"schedule": "constant"})
    optimizer = make_optimizer(constant, rate, 1, 1, shares or [])
    network.compile(optimizer, prepared.objective.loss, jit_compile=has_gpu())
