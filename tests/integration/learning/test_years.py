"""Photographs are dated: as a number, and as a distribution over years."""

import io
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from fototeca.archive import keys
from fototeca.archive.shards import fetch_shard, read_image
from fototeca.context import Context
from fototeca.errors import InvalidDataset, SettingsError
from fototeca.steps.train import train

DECADES = ["1870s", "1920s", "1970s"]
REQUEST: dict[str, Any] = {"epochs": 8, "batch_size": 8, "learning_rate": 2e-3, "patience": 8, "augmentations": []}


@pytest.mark.parametrize("task", ["regression", "distribution"])
def test_a_year_and_its_interval_are_the_same_in_training_and_in_the_graph(
    context: Context, make_dataset: Any, task: str, tmp_path: Any
) -> None:
    make_dataset(count=60, labels=DECADES, collection="photos")
    trained = train(context, "photos", "cnn_small", task=task, **REQUEST)
    prefix = keys.model("photos", "cnn_small", trained.run)
    for entry in context.store.list(f"{prefix}saved_model/"):
        context.store.download(entry.key, tmp_path / entry.key.removeprefix(prefix))
    golden = context.store.get_json(f"{prefix}golden.json")
    shard = fetch_shard(context.store, "photos", golden[0]["shard"], context.scratch)
    images = [read_image(shard, one["offset"], one["bytes"]) for one in golden]
    answers = tf.saved_model.load(str(tmp_path / "saved_model")).signatures["serving_default"](tf.constant(images))
    served = np.stack([answers[name] for name in ("year", "year_low", "year_high")], axis=1)
    assert served == pytest.approx(np.array([one["answers"] for one in golden]), abs=1.05)
    assert (served[:, 1] <= served[:, 2]).all()


@pytest.mark.parametrize("task", ["regression", "distribution"])
def test_a_network_learns_to_date_and_says_how_well(context: Context, make_dataset: Any, task: str) -> None:
    make_dataset(count=60, labels=DECADES, collection="photos")
    trained = train(context, "photos", "cnn_small", task=task, **REQUEST)
    result = context.store.get_json(keys.model("photos", "cnn_small", trained.run, "result.json"))
    measured = result["metrics"]["test"]
    assert measured["mae"] < measured["baseline_mae"]
    assert measured["interval"]["level"] == result["calibration"]["level"] == 0.9
    assert set(result["slices"]["test"]) <= {"grey", "source"}
    table = pq.read_table(
        io.BytesIO(context.store.get(keys.model("photos", "cnn_small", trained.run, "predictions.parquet")))
    )
    assert table.column_names[-4:] == ["predicted", "year_predicted", "year_low", "year_high"]
    assert set(table["predicted"].to_pylist()) <= set(context.collection("photos").labels)


def test_an_archive_without_years_is_not_dated(context: Context, make_dataset: Any) -> None:
    make_dataset()
    with pytest.raises(SettingsError, match="its task is classification"):
        train(context, "mars", "cnn_small", task="regression")


def test_photographs_without_a_year_are_named(context: Context, make_dataset: Any) -> None:
    make_dataset(labels=DECADES, collection="photos", undated="0003.jpg")
    with pytest.raises(InvalidDataset, match=r"1 images without a year, such as 0003\.jpg"):
        train(context, "photos", "cnn_small", task="regression")


def test_doubtful_photographs_are_dated_but_neither_trained_nor_measured_on(
    context: Context, make_dataset: Any
) -> None:
    make_dataset(count=60, labels=DECADES, collection="photos", splits="tttvted")
    trained = train(context, "photos", "cnn_small", task="regression", **REQUEST)
    assert sum(metrics["images"] for metrics in trained.metrics.values()) < 60
    assert set(trained.metrics) == {"train", "val", "test"}
    table = pq.read_table(
        io.BytesIO(context.store.get(keys.model("photos", "cnn_small", trained.run, "predictions.parquet")))
    )
    assert len(table) == 60
