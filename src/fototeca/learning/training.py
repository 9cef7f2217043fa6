"""Training one network: epochs, early stopping, the best weights."""

import math
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from fototeca.context import Progress
from fototeca.errors import TrainingFailed
from fototeca.learning.batches import Rows, plain_batches, training_batches
from fototeca.learning.checkpoint import Checkpoint
from fototeca.learning.examples import Examples
from fototeca.learning.measuring import log_loss
from fototeca.learning.recipe import Recipe

Step = Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


def train_network(
    network: keras.Model, examples: Examples, recipe: Recipe, checkpoint: Checkpoint, progress: Progress
) -> dict[str, list[float]]:
    """Train until the epochs are over or the validation loss stops falling; the network ends with its best weights.

    Goes on from the checkpoint, if there is one, and comes to the same result. Returns the curves by epoch.

    Raises:
        TrainingFailed: the loss is no longer a number.
    """
    rows, watched = examples.rows("train"), examples.rows("val")
    optimizer = make_optimizer(recipe, math.ceil(len(rows) / recipe.batch_size))
    optimizer.build(network.trainable_variables)
    state = checkpoint.restore(network, optimizer)
    step = make_step(network, optimizer)
    while state.epoch < recipe.epochs and state.epoch - state.best_epoch < recipe.patience:
        loss, accuracy = _train_epoch(step, examples, rows, recipe, state.epoch, f"training {network.name}", progress)
        probabilities = predict(network, examples, watched, recipe.batch_size)
        val_loss = log_loss(examples.labels[watched], probabilities)
        val_accuracy = float((probabilities.argmax(axis=1) == examples.labels[watched]).mean())
        if not math.isfinite(loss + val_loss):
            raise TrainingFailed(
                f"{network.name}: the loss became {loss} in training and {val_loss} in validation, in epoch "
                f"{state.epoch + 1}. Try a learning rate below {recipe.learning_rate:g}."
            )
        state.note(network, loss=loss, accuracy=accuracy, val_loss=val_loss, val_accuracy=val_accuracy)
        checkpoint.save(state, network, optimizer)
    network.set_weights(state.best_weights)
    return state.history


def make_optimizer(recipe: Recipe, steps: int) -> keras.optimizers.Optimizer:
    """Adam whose rate rises for the first of the recipe's epochs, of so many steps, then falls along a cosine."""
    rate = keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate / 10,
        max(1, (recipe.epochs - 1) * steps),
        warmup_target=recipe.learning_rate,
        warmup_steps=steps,
    )
    return keras.optimizers.Adam(rate)


def make_step(network: keras.Model, optimizer: keras.optimizers.Optimizer) -> Step:
    """One step of training as a graph: from a batch of pixels and labels to its mean loss and accuracy."""

    def step(pixels: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            logits = network(pixels, training=True)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
        variables = network.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        right = tf.equal(tf.argmax(logits, axis=1), labels)
        return loss, tf.reduce_mean(tf.cast(right, tf.float32))

    graph: Step = tf.function(step, reduce_retracing=True)
    return graph


def predict(network: keras.Model, examples: Examples, rows: Rows, size: int) -> NDArray[np.float32]:
    """Probabilities [rows, classes] that the network gives to these images."""

    answer = tf.function(lambda pixels: tf.nn.softmax(network(pixels, training=False)), reduce_retracing=True)
    return np.concatenate([answer(pixels).numpy() for pixels, _ in plain_batches(examples, rows, size)])


def _train_epoch(
    step: Step, examples: Examples, rows: Rows, recipe: Recipe, epoch: int, what: str, progress: Progress
) -> tuple[float, float]:
    batches = training_batches(examples, rows, recipe.batch_size, recipe.augmentations, recipe.seed, epoch)
    steps, epochs, outcomes = len(batches), recipe.epochs, []
    for number, (pixels, labels) in enumerate(batches, start=1):
        outcomes.append(step(pixels, labels))
        progress(epoch * steps + number, epochs * steps, f"{what}, epoch {epoch + 1} of {epochs}")
    loss, accuracy = (float(tf.reduce_mean(values)) for values in zip(*outcomes, strict=True))
    return loss, accuracy
