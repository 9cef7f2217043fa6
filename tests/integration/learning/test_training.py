"""Training a small network on a drawn dataset, through the step that users call."""

import io
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from fototeca.archive import keys
from fototeca.archive.manifest import read_manifest
from fototeca.archive.shards import fetch_shard, read_image
from fototeca.context import Context
from fototeca.errors import CollectionError, InvalidDataset, SettingsError, TrainingFailed
from fototeca.learning import training
from fototeca.steps.train import run_id, train

DECISIVE = ("collection", "architecture", "run", "dataset", "classes", "metrics", "parameters", "recipe")


def result_of(context: Context, run: str) -> dict[str, Any]:
    result: dict[str, Any] = context.store.get_json(keys.model("mars", "cnn_small", run, "result.json"))
    return result


def test_a_run_publishes_all_that_serving_and_people_need(context: Context, make_dataset: Any, tmp_path: Path) -> None:
    dataset = make_dataset()
    trained = train(context, "mars", "cnn_small", epochs=2, batch_size=8)

    assert trained.run == run_id(context, "mars", "cnn_small", dataset=dataset, epochs=2, batch_size=8)
    assert {split: metrics["images"] for split, metrics in trained.metrics.items()} == {
        "train": 28,
        "val": 6,
        "test": 6,
    }
    assert np.sum(trained.metrics["test"]["confusion"]) == 6
    prefix = keys.model("mars", "cnn_small", trained.run)
    published = {entry.key.removeprefix(prefix) for entry in context.store.list(prefix)}
    pictures = {name for name in published if name.startswith("gradcam/")}
    assert len(pictures) == len(context.store.get_json(f"{prefix}gradcam.json")) > 0
    assert published - pictures == set(result_of(context, trained.run)["files"]) | {
        "metrics.json", "history.json", "predictions.parquet", "golden.json", "gradcam.json", "result.json"
    }  # fmt: skip
    assert "saved_model/saved_model.pb" in published
    history = context.store.get_json(f"{prefix}history.json")
    assert history.pop("phases") == [{"name": "fine-tuning", "epochs": 2}]
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"}

    predictions = pq.read_table(io.BytesIO(context.store.get(f"{prefix}predictions.parquet")))
    assert predictions.column_names == [
        "id", "name", "group", "split", "label", "source", "year", "predicted", *(f"p_{place}" for place in range(8))
    ]  # fmt: skip
    wanted = np.array([one["answers"] for one in context.store.get_json(f"{prefix}golden.json")])
    assert np.abs(serve_golden(context, prefix, tmp_path) - wanted).max() < 1e-4


def serve_golden(context: Context, prefix: str, folder: Path) -> np.ndarray[Any, Any]:
    """What the published SavedModel says of the golden images' original bytes."""
    for entry in context.store.list(f"{prefix}saved_model/"):
        context.store.download(entry.key, folder / entry.key.removeprefix(prefix))
    images = []
    for one in context.store.get_json(f"{prefix}golden.json"):
        shard = fetch_shard(context.store, "mars", one["shard"], context.scratch)
        images.append(read_image(shard, one["offset"], one["bytes"]))
    signature = tf.saved_model.load(str(folder / "saved_model")).signatures["serving_default"]
    answers: np.ndarray[Any, Any] = signature(image_bytes=tf.constant(images))["probabilities"].numpy()
    return answers


def test_the_same_request_is_trained_once(context: Context, make_dataset: Any) -> None:
    make_dataset()
    first = train(context, "mars", "cnn_small", epochs=1, batch_size=16)
    again = train(context, "mars", "cnn_small", epochs=1, batch_size=16)
    assert (first.already_done, again.already_done) == (False, True)
    assert again.metrics == first.metrics


def test_a_killed_training_goes_on_and_ends_with_the_same_result(context: Context, make_dataset: Any) -> None:
    make_dataset()
    request: dict[str, Any] = {"epochs": 4, "batch_size": 4, "learning_rate": 0.002}
    whole = train(context, "mars", "cnn_small", **request)
    undisturbed = result_of(context, whole.run)
    prefix = keys.model("mars", "cnn_small", whole.run)
    context.store.delete(entry.key for entry in list(context.store.list(prefix)))

    kill_after_first_epoch(context, f"{prefix}checkpoint/state.npz", request)
    assert not context.store.exists(f"{prefix}result.json")
    seen: list[str] = []
    resumed = train(context, "mars", "cnn_small", **request, progress=lambda done, total, what: seen.append(what))

    assert not any("epoch 1 of" in what for what in seen)
    assert not resumed.already_done
    result = result_of(context, whole.run)
    for name in DECISIVE:
        assert result[name] == undisturbed[name]
    assert not context.store.exists(f"{prefix}checkpoint/state.npz")


def kill_after_first_epoch(context: Context, checkpoint: str, request: dict[str, Any]) -> None:
    options = [text for name, value in request.items() for text in (f"--{name.replace('_', '-')}", str(value))]
    command = [sys.executable, "-m", "fototeca", "train", "mars", "--architecture", "cnn_small", *options]
    settings = context.settings
    where = {"HOME": str(settings.home), "BUCKET": settings.bucket, "ENDPOINT": str(settings.endpoint)}
    environment = os.environ | {f"FOTOTECA_{name}": value for name, value in where.items()}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        while process.poll() is None and not context.store.exists(checkpoint):
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        output = process.communicate()[0].decode()
    assert process.returncode == -signal.SIGKILL, output


def test_networks_of_one_input_shape_share_the_decoded_pixels(context: Context, make_dataset: Any) -> None:
    make_dataset()
    seen: list[str] = []
    for seed in (1, 2):
        seen.append(f"seed {seed}")
        train(context, "mars", "cnn_small", epochs=1, seed=seed, progress=lambda done, total, what: seen.append(what))
    assert "decoding images" in seen[: seen.index("seed 2")]
    assert "decoding images" not in seen[seen.index("seed 2") :]
    assert [file.suffix for file in (context.scratch / "pixels").iterdir()] == [".npy"]
    assert not list((context.scratch / "training").iterdir())


def test_formats_that_tensorflow_can_not_decode_are_trained_on_too(context: Context, make_dataset: Any) -> None:
    dataset = make_dataset(count=12, form="TIFF")
    train(context, "mars", "cnn_small", epochs=1)
    table = read_manifest(context.store, "mars", dataset, context.scratch, ["format"])
    assert set(table["format"].to_pylist()) == {"TIFF"}


def test_a_loss_that_is_no_number_ends_the_training(
    context: Context, make_dataset: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_dataset()
    monkeypatch.setattr(training, "make_optimizer", lambda *request: keras.optimizers.SGD(math.nan))
    with pytest.raises(TrainingFailed, match=r"became .*nan.* learning rate below 0\.001"):
        train(context, "mars", "cnn_small", epochs=5, batch_size=4, learning_rate=0.001)


def test_early_stopping_keeps_the_best_weights(context: Context, make_dataset: Any) -> None:
    make_dataset()
    trained = train(context, "mars", "cnn_small", epochs=30, batch_size=4, learning_rate=0.02)
    history = context.store.get_json(keys.model("mars", "cnn_small", trained.run, "history.json"))
    assert trained.metrics["val"]["log_loss"] == pytest.approx(min(history["val_loss"]), rel=1e-3)


@pytest.mark.parametrize(
    ("dataset", "problem"),
    [
        ({"passed": None}, "was never checked"),
        ({"passed": False}, "failed its checks: labels are unknown"),
        ({"splits": "te"}, "no images in the split 'val'"),
        ({"splits": "ve"}, "no images in the split 'train'"),
        ({"labels": ["other"]}, "only one class"),
    ],
)
def test_what_can_not_be_learned_from_is_refused(
    context: Context, make_dataset: Any, dataset: dict[str, Any], problem: str
) -> None:
    make_dataset(**dataset)
    with pytest.raises(InvalidDataset, match=problem):
        train(context, "mars", "cnn_small", epochs=1)


def test_a_collection_without_dataset_says_what_to_do(context: Context) -> None:
    with pytest.raises(InvalidDataset, match="run `fototeca ingest mars SOURCE` first"):
        train(context, "mars", "cnn_small")


def test_an_unknown_architecture_is_named(context: Context, make_dataset: Any) -> None:
    make_dataset()
    with pytest.raises(CollectionError, match=r"'alexnet'\. There are: cnn, cnn_small, efficientnet_b0"):
        train(context, "mars", "alexnet")


def test_values_out_of_range_are_named(context: Context) -> None:
    with pytest.raises(SettingsError, match="epochs=-1"):
        train(context, "mars", "cnn_small", dataset="d", epochs=-1)
