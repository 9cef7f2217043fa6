"""Training one network: first its head on a fixed body, then all of it; the best weights win."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from fototeca.collections.recipe import Recipe
from fototeca.context import Progress
from fototeca.errors import TrainingFailed
from fototeca.learning.balance import draw_rows, image_weights
from fototeca.learning.batches import Numbers, Rows, plain_batches, training_batches
from fototeca.learning.checkpoint import Checkpoint, TrainingState
from fototeca.learning.devices import has_gpu
from fototeca.learning.examples import Examples
from fototeca.learning.export import average_views
from fototeca.learning.frozen import FrozenBody
from fototeca.learning.objectives import Objective
from fototeca.learning.schedules import layer_shares, make_optimizer

FROZEN, WHOLE = "frozen", "fine-tuning"
LOOKED_AT = 20
"""Steps between looks at the loss: looking waits for the device."""

Epoch = Callable[[int], tf.data.Dataset]
"""The batches of an epoch, from 0: (inputs, targets, weights)."""
Watch = Callable[[str, int, dict[str, float]], None]
"""Told of each epoch: its phase, its number from 1, and its point on each curve."""
Predict = Callable[[tf.Tensor], tf.Tensor]
"""Outputs [n, outputs] of a batch of inputs."""


@dataclass(frozen=True)
class Lesson:
    """What a network is to learn, and how."""

    examples: Examples
    objective: Objective
    recipe: Recipe
    progress: Progress
    watch: Watch = lambda phase, epoch, measured: None


@dataclass(frozen=True)
class Phase:
    """A part of the training."""

    name: str
    epochs: int
    rate: float
    batches: Epoch
    outputs: Callable[[], Numbers]
    """What the network in training gives for the validation images."""


def train_network(network: keras.Model, lesson: Lesson, body: FrozenBody, checkpoint: Checkpoint) -> TrainingState:
    """Train by the lesson's recipe; the network ends with the weights of its lowest validation loss, or the last ones.

    The frozen phase is not kept when a run is killed, since its features are; the other goes on from its last epoch.

    Raises:
        TrainingFailed: the loss is no longer a number.
    """
    recipe, state = lesson.recipe, TrainingState()
    if recipe.frozen_epochs and not (recipe.epochs and checkpoint.exists()):
        head = body.head(network)
        answer = make_predict(head)
        phase = Phase(
            FROZEN,
            recipe.frozen_epochs,
            recipe.frozen_learning_rate,
            lambda epoch: body.batches(lesson.objective, *draw_epoch(lesson, FROZEN, epoch)),
            lambda: predict_all(answer, body.validation()),
        )
        _compile(head, lesson, phase)
        _run_phase(head, lesson, phase, state, lambda: None)
        head.set_weights(state.best_weights)
        state.best_weights = network.get_weights()
    if recipe.epochs:
        state = _train_whole(network, lesson, checkpoint, state)
    network.set_weights(state.best_weights)
    return state


def _train_whole(network: keras.Model, lesson: Lesson, checkpoint: Checkpoint, state: TrainingState) -> TrainingState:
    examples, recipe = lesson.examples, lesson.recipe
    watched, answer = examples.rows("val"), make_predict(network)

    def batches(epoch: int) -> tf.data.Dataset:
        rows, weights, random = draw_epoch(lesson, WHOLE, epoch)
        return training_batches(
            examples.pixels, rows, lesson.objective.targets, weights, recipe.batch_size, recipe.augmentations, random
        )

    phase = Phase(
        WHOLE,
        recipe.epochs,
        recipe.learning_rate,
        batches,
        lambda: predict_all(answer, plain_batches(examples.pixels, watched, recipe.batch_size)),
    )
    if recipe.weights != "none":
        fix_normalization(network.get_layer("backbone"))
    _compile(network, lesson, phase)
    state = checkpoint.restore(network) or state
    _run_phase(network, lesson, phase, state, lambda: checkpoint.save(state, network))
    return state


def make_predict(network: keras.Model, views: int = 1) -> Predict:
    """The network's answers to a batch, averaged over views, as a graph that is made once."""
    graph: Predict = tf.function(
        lambda inputs: average_views(network, inputs, views), reduce_retracing=True, autograph=False
    )
    return graph


def predict_all(answer: Predict, batches: tf.data.Dataset, progress: Callable[[int], None] = lambda _: None) -> Numbers:
    """Outputs [images, outputs] for all batches; `progress` is told how many images are done."""
    made: list[Numbers] = []
    for inputs in batches:
        made.append(answer(inputs).numpy())
        progress(sum(map(len, made)))
    return np.concatenate(made)


def draw_epoch(lesson: Lesson, phase: str, epoch: int) -> tuple[Rows, Numbers, np.random.Generator]:
    """The rows of an epoch and the weights of all images, the same each time for the same seed, phase and epoch."""
    random = np.random.default_rng((lesson.recipe.seed, phase == WHOLE, epoch))
    rows = lesson.examples.rows("train")
    strata = lesson.examples.labels
    return draw_rows(lesson.recipe, strata, rows, random), image_weights(lesson.recipe, strata, rows), random


def fix_normalization(backbone: keras.Model) -> None:
    """Keep the means that a pretrained body was trained with: those of small batches are worse."""
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False


def _compile(network: keras.Model, lesson: Lesson, phase: Phase) -> None:
    steps = math.ceil(len(lesson.examples.rows("train")) / lesson.recipe.batch_size)
    shares = layer_shares(network, lesson.recipe.layer_decay) if phase.name == WHOLE else []
    network.compile(
        make_optimizer(lesson.recipe, phase.rate, phase.epochs, steps, shares),
        lesson.objective.loss,
        metrics=[keras.metrics.MeanMetricWrapper(lesson.objective.judge, name=lesson.objective.score)],
        jit_compile=has_gpu(),  # on processors XLA is slower than TensorFlow's own kernels
    )


def _run_phase(
    network: keras.Model, lesson: Lesson, phase: Phase, state: TrainingState, keep: Callable[[], None]
) -> None:
    state.begin(phase.name)
    objective, watched = lesson.objective, lesson.examples.rows("val")
    while state.phases[phase.name] < phase.epochs and state.stale < lesson.recipe.patience:
        epoch = state.phases[phase.name]
        batches = phase.batches(epoch)
        follow = _Follow(lesson, phase, epoch, len(batches))
        curves = network.fit(batches, epochs=1, verbose=0, callbacks=[follow], shuffle=False).history
        val_loss, val_score = objective.watch(phase.outputs(), watched)
        _refuse_nan(network, lesson, phase, epoch, curves["loss"][0], val_loss)
        measured = {"loss": curves["loss"][0], "val_loss": val_loss}
        measured |= {objective.score: curves[objective.score][0], f"val_{objective.score}": val_score}
        measured["learning_rate"] = float(network.optimizer.learning_rate)
        state.note(phase.name, network, lesson.recipe.keep == "last", **measured)
        lesson.watch(phase.name, epoch + 1, measured)
        keep()


class _Follow(keras.callbacks.Callback):  # type: ignore[misc]
    """Tells how far the epoch is, and ends it early when the loss is no longer a number."""

    def __init__(self, lesson: Lesson, phase: Phase, epoch: int, steps: int) -> None:
        super().__init__()
        self.tell = lesson.progress
        self.epoch, self.epochs, self.steps = epoch, phase.epochs, steps
        self.phase = phase.name

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """After each step."""
        if batch % LOOKED_AT == 0 or batch + 1 == self.steps:
            what = f"{self.phase}, epoch {self.epoch + 1} of {self.epochs}"
            self.tell(self.epoch * self.steps + batch + 1, self.epochs * self.steps, what)
            if not math.isfinite(float((logs or {}).get("loss", 0.0))):
                self.model.stop_training = True


def _refuse_nan(network: keras.Model, lesson: Lesson, phase: Phase, epoch: int, loss: float, val_loss: float) -> None:
    if not math.isfinite(loss + val_loss):
        raise TrainingFailed(
            f"{network.name}: the loss became {loss} in training and {val_loss} in validation, in epoch {epoch + 1} of "
            f"the phase {phase.name}. Try a learning rate below {phase.rate:g}; `fototeca find-lr` finds one."
        )
