"""Training against what a user would write in Keras, in one run.

    python -m bench.training [--images 384] [--check 48] [--rounds 3]

Three comparisons, on drawn landmarks of Mars:

- The head of `vgg16` for 30 epochs on kept features, against `fit` on the whole model with its body frozen, the same
  batches in the same order. The slow side is extrapolated from measured steps; that both come to the same validation
  accuracy is shown on a few images, on which the slow side runs to its end.
- The training input, against `keras.utils.image_dataset_from_directory` on the same images, both as they are and both
  with random changes.
- The training input against each network's training step: which of them is the slower.
"""

import argparse
import csv
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fototeca.collections import load_collection
from fototeca.collections.recipe import Augmentation, Recipe
from fototeca.context import unseen
from fototeca.learning.architectures import ARCHITECTURES, Architecture, Head, Shape, build, find
from fototeca.learning.batches import training_batches
from fototeca.learning.checkpoint import Checkpoint
from fototeca.learning.decoding import decode_images
from fototeca.learning.examples import Examples
from fototeca.learning.features import compute_features
from fototeca.learning.frozen import FrozenBody
from fototeca.learning.objectives import make_objective
from fototeca.learning.schedules import make_optimizer
from fototeca.learning.training import FROZEN, Lesson, draw_epoch, make_predict, predict_all, train_network
from fototeca.learning.views import Pixels
from fototeca.samples import draw_landmarks
from fototeca.samples.mars.plan import LABELS

import keras  # isort: skip  # after fototeca.learning, which chooses its backend
import tensorflow as tf  # isort: skip

Labels = NDArray[np.int64]
EPOCHS, BATCH = 30, 32
STEPS = 4
"""Steps of the slow side that are timed, after one that is not."""
RECIPE = Recipe(frozen_epochs=EPOCHS, epochs=0, patience=EPOCHS, frozen_learning_rate=1e-4, batch_size=BATCH)
AUGMENTATIONS = load_collection("mars").training.recipe["augmentations"]


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--images", type=int, default=1600, help="for the input")
    parser.add_argument("--features", type=int, default=384, help="images for the speed of kept features")
    parser.add_argument("--check", type=int, default=48, help="images for the accuracy of both sides; 0: not shown")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-training-") as name:
        files, labels = _draw_folders(Path(name), options.images)
        _compare_inputs(Path(name), files, options.rounds)
        _compare_steps(files)
        _compare_features(Path(name), files[: options.features], labels[: options.features])
        if options.check:
            _compare_accuracies(Path(name), files[: options.check], labels[: options.check])


def _draw_folders(folder: Path, count: int) -> tuple[list[Path], Labels]:
    """Landmarks in a folder for each class, as Keras wants them, and in an order without order."""
    sample = draw_landmarks(folder / "sample", originals=9, uploads=count)
    with (sample.uploads.parent / "truth.csv").open() as truth:
        shows = {line["file"]: line["label"] for line in csv.DictReader(truth)}
    files = []
    for name, label in shows.items():
        target = folder / "classes" / label / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (sample.uploads / name).rename(target)
        files.append(target)
    files.sort(key=lambda file: file.stem[::-1])
    return files, np.array([LABELS.index(file.parent.name) for file in files])


def _compare_inputs(folder: Path, files: list[Path], rounds: int) -> None:
    print(f"Training input, {len(files)} images of 227x227 grey, batches of {BATCH}, median of {rounds} rounds")
    pixels, seconds = _decode(files, (227, 227, 1), folder)
    print(f"  decoding once, before the first epoch: {len(files) / seconds:.0f} images/s")
    plain = keras.utils.image_dataset_from_directory(
        folder / "classes", batch_size=BATCH, color_mode="grayscale", image_size=(227, 227), verbose=False
    ).prefetch(tf.data.AUTOTUNE)
    layers = keras.Sequential(
        [
            keras.layers.RandomFlip(),
            keras.layers.RandomRotation(0.5),
            keras.layers.RandomTranslation(0.09, 0.09),
            keras.layers.RandomBrightness(0.2),
        ]
    )
    changed = plain.map(lambda images, labels: (layers(images, training=True), labels), tf.data.AUTOTUNE)
    for title, augmentations, theirs in (
        ("as they are", (), plain),
        ("with random changes", AUGMENTATIONS, changed.prefetch(tf.data.AUTOTUNE)),
    ):
        found: dict[str, list[float]] = {"fototeca": [], "image_dataset_from_directory": []}
        for _ in range(rounds):
            found["fototeca"].append(_rate(_input(pixels, augmentations)))
            found["image_dataset_from_directory"].append(_rate(theirs))
        ours, other = found.values()
        print(
            f"  {title}: fototeca {statistics.median(ours):,.0f} images/s, Keras {statistics.median(other):,.0f}: ",
            end="",
        )
        print(f"{statistics.median(a / b for a, b in zip(ours, other, strict=True)):.1f} times as fast")


def _compare_steps(files: list[Path]) -> None:
    print("Training input against the training step, images/s (the step alone, on pixels in memory)")
    for architecture in ARCHITECTURES.values():
        pixels, _ = _decode(files[: 4 * BATCH], architecture.input_shape)
        read = _rate(_input(np.tile(pixels, (8, 1, 1, 1)), AUGMENTATIONS))
        step = _step_rate(architecture, pixels[:BATCH])
        slower = "the network is slower" if step < read else "THE INPUT IS SLOWER"
        print(f"  {architecture.name:22} input {read:8,.0f}   step {step:8,.1f}   {read / step:6.1f} times: {slower}")


def _compare_features(folder: Path, files: list[Path], labels: Labels) -> None:
    """Ours in full; theirs by steps of training and of validation, counted up to 30 epochs."""
    lesson, network = _lesson(files, labels)
    ours, _ = _train_on_features(folder / "features", lesson, network)
    train, val = (len(lesson.examples.rows(split)) for split in ("train", "val"))
    other = _plain(lesson)
    batches = list(_plain_epoch(lesson, 0).take(STEPS + 1))
    fit, look = (_seconds(step, batches) for step in (other.train_on_batch, other.test_on_batch))
    theirs = EPOCHS * (train * fit + val * look) / BATCH
    print(f"vgg16's head, {EPOCHS} epochs on {train} images, {val} for validation")
    print(f"  fototeca, features included: {ours:.0f} s")
    print(f"  Keras' fit, extrapolated from {STEPS} steps each of {fit:.2f} s and {look:.2f} s: {theirs:.0f} s")
    print(f"  {theirs / ours:.1f} times as fast")


def _compare_accuracies(folder: Path, files: list[Path], labels: Labels) -> None:
    """Both sides to their end, from the same weights, on the same batches in the same order."""
    lesson, network = _lesson(files, labels)
    seconds, loss = _train_on_features(folder / "features", lesson, network)
    other, rows = _plain(lesson), lesson.examples.rows("val")
    began = time.perf_counter()
    best = (float("inf"), 0.0)
    seen = lesson.examples.pixels[rows], lesson.objective.targets[rows]
    for epoch in range(EPOCHS):
        other.fit(_plain_epoch(lesson, epoch), epochs=1, verbose=0, shuffle=False)
        best = min(best, tuple(other.evaluate(*seen, batch_size=BATCH, verbose=0)))
    theirs = time.perf_counter() - began
    answers = predict_all(make_predict(network), _batches(seen[0]))
    ours = float((answers.argmax(axis=1) == lesson.examples.labels[rows]).mean())
    print(f"The same on {len(files)} images, both sides to the end")
    print(f"  fototeca: {seconds:.0f} s, validation accuracy {ours:.1%}, loss {loss:.4f}")
    print(f"  Keras' fit: {theirs:.0f} s, validation accuracy {best[1]:.1%}, loss {best[0]:.4f}")


def _lesson(files: list[Path], labels: Labels) -> tuple[Lesson, keras.Model]:
    pixels, _ = _decode(files, find("vgg16").input_shape)
    nothing = np.full(len(files), np.nan, np.float32)
    splits = np.array(["val" if place % 4 == 3 else "train" for place in range(len(files))])
    names = pa.table({"id": [file.name for file in files]})
    groups = np.array([file.stem for file in files])
    examples = Examples(names, labels, nothing, nothing, nothing, splits, groups, pixels)
    lesson = Lesson(examples, make_objective(RECIPE, examples, len(LABELS), ()), RECIPE, unseen)
    return lesson, _network()


def _network() -> keras.Model:
    keras.utils.set_random_seed(7)
    return build(find("vgg16"), Head("classification", len(LABELS)))


def _train_on_features(folder: Path, lesson: Lesson, network: keras.Model) -> tuple[float, float]:
    """Seconds, features included, and the lowest validation loss."""
    began = time.perf_counter()
    body = network.get_layer("backbone")
    wanted = [(lesson.examples.rows(split), 1) for split in ("train", "val")]
    features = compute_features(folder, body, lesson.examples, wanted, unseen)
    state = train_network(network, lesson, FrozenBody(body, lesson.examples, features, 1, BATCH), NoCheckpoint())
    return time.perf_counter() - began, state.best_loss


def _plain(lesson: Lesson) -> keras.Model:
    """What one writes in Keras: the whole model, its body frozen."""
    network = _network()
    steps = -(-len(lesson.examples.rows("train")) // BATCH)
    optimizer = make_optimizer(RECIPE, RECIPE.frozen_learning_rate, EPOCHS, steps)
    network.compile(optimizer, lesson.objective.loss, metrics=["accuracy"])
    return network


def _plain_epoch(lesson: Lesson, epoch: int) -> tf.data.Dataset:
    rows, weights, _ = draw_epoch(lesson, FROZEN, epoch)
    content = lesson.examples.pixels[rows], lesson.objective.targets[rows], weights[rows]
    return tf.data.Dataset.from_tensor_slices(content).batch(BATCH)


def _seconds(step: Callable[..., Any], batches: list[Any]) -> float:
    """The median of all batches but the first."""
    taken = []
    for batch in batches:
        began = time.perf_counter()
        step(*batch)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[1:])


def _decode(files: list[Path], shape: Shape, folder: Path | None = None) -> tuple[Pixels, float]:
    """The pixels of the files as training has them, in a file if there is a folder, and the seconds that it took."""
    began = time.perf_counter()
    made = [decode_images(tf.constant([f.read_bytes() for f in some]), shape).numpy() for some in _parts(files)]
    pixels: Pixels = np.concatenate(made)
    if folder:
        np.save(folder / "pixels.npy", pixels)
        pixels = np.load(folder / "pixels.npy", mmap_mode="r")
    return pixels, time.perf_counter() - began


def _parts(files: list[Path]) -> Iterator[list[Path]]:
    for start in range(0, len(files), 64):
        yield files[start : start + 64]


def _batches(pixels: Pixels) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices(pixels).batch(BATCH)


def _input(pixels: Pixels, augmentations: tuple[Augmentation, ...]) -> tf.data.Dataset:
    rows, targets = np.arange(len(pixels)), np.zeros((len(pixels), len(LABELS)), np.float32)
    weights, random = np.ones(len(pixels), np.float32), np.random.default_rng(7)
    return training_batches(pixels, rows, targets, weights, BATCH, augmentations, random)


def _rate(batches: tf.data.Dataset) -> float:
    """Images per second over an epoch, its start included."""
    began, count = time.perf_counter(), 0
    for batch in batches:
        count += len(batch[0])
    return count / (time.perf_counter() - began)


def _step_rate(architecture: Architecture, pixels: Pixels) -> float:
    network = build(architecture, Head("classification", len(LABELS)))
    network.compile(keras.optimizers.AdamW(1e-4), keras.losses.CategoricalCrossentropy(from_logits=True))
    batch = tf.constant(pixels), tf.one_hot(np.arange(len(pixels)) % len(LABELS), len(LABELS))
    return len(pixels) / _seconds(network.train_on_batch, [batch] * 6)


class NoCheckpoint(Checkpoint):
    """Nothing is kept: a benchmark is not resumed."""

    def __init__(self) -> None:
        pass


if __name__ == "__main__":
    main()
