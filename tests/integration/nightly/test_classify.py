"""From uploads to predictions: a real bucket, a real model server, and models of classes and of years."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from fototeca.archive import keys
from fototeca.archive.log import AppendLog
from fototeca.collections import load_collection
from fototeca.context import Context
from fototeca.errors import CollectionError
from fototeca.nightly.tally import Classes, Dates, tally_night
from fototeca.steps.classify import Classification, classify
from fototeca.steps.deploy import deploy
from tests.integration.serving.conftest import jpeg, years

Train = Callable[..., None]
UNDECODABLE = jpeg(128)[:-4]
"""Its header is sound, so that only the model server notices."""


def put_uploads(context: Context, collection: str, **contents: bytes) -> None:
    for name, content in contents.items():
        context.store.put(keys.uploads(collection) + f"{name}.jpg", content)


def predictions(context: Context, done: Classification) -> dict[str, dict[str, Any]]:
    """The rows of the last committed night, by name."""
    record = AppendLog(context.store, keys.prediction_log(done.collection)).last() or {}
    rows = [row for part in record["parts"] for row in pq.read_table(io.BytesIO(context.store.get(part))).to_pylist()]
    return {row["name"].removesuffix(".jpg"): row for row in rows}


def figures(context: Context, done: Classification) -> Any:
    prefix = done.prefix.removeprefix(f"s3://{context.store.bucket}/")
    return tally_night(context.store, done.collection, prefix)


@pytest.mark.parametrize("task", ["regression", "distribution"])
def test_photographs_are_dated_and_the_unreadable_one_costs_the_others_nothing(
    live: Context, train_dated: Train, task: str
) -> None:
    train_dated("cnn", "a", task=task)
    deploy(live, "photos", architecture="cnn", run="a")
    put_uploads(live, "photos", old=jpeg(0), newer=jpeg(128), damaged=UNDECODABLE, empty=b"", newest=jpeg(255))
    done = classify(live, "photos", date="2026-01-02")
    assert (done.classified, done.refused) == (3, 2)
    rows = predictions(live, done)
    newer = rows["newer"]
    assert [newer["year"], newer["year_low"], newer["year_high"]] == pytest.approx(years(128 / 255), abs=0.01)
    assert (newer["label"], newer["model_version"], newer["refused"]) == ("1920-1939", 1, None)
    assert (rows["old"]["label"], rows["newest"]["label"]) == ("1860-1879", "1980-1999")
    assert "probability" not in newer
    for name, reason in (("damaged", "The model server"), ("empty", "empty")):
        assert reason in rows[name]["refused"]
        assert [rows[name][column] for column in ("year", "year_low", "year_high", "label")] == [None] * 4
    assert figures(live, done) == Dates(3, 1863, 1991, 14)


def test_a_label_below_the_threshold_is_kept_and_marked_as_a_guess(live: Context, train: Train) -> None:
    train("cnn", "a")
    deploy(live, "mars", architecture="cnn", run="a")
    put_uploads(live, "mars", dark=jpeg(0), middling=jpeg(170), empty=b"")
    done = classify(live, "mars")
    marks = {name: (row["label"], row["abstained"]) for name, row in predictions(live, done).items()}
    assert marks == {"dark": ("dark", True), "middling": ("bright", True), "empty": (None, None)}
    assert figures(live, done) == Classes(2, 2)


def test_a_collection_sets_its_own_threshold(live: Context, train: Train, with_mars: Callable[..., Context]) -> None:
    train("cnn", "a")
    deploy(live, "mars", architecture="cnn", run="a")
    put_uploads(live, "mars", dark=jpeg(0), middling=jpeg(170))
    done = classify(with_mars(selection={"threshold": 0.8}), "mars")
    marks = {name: row["abstained"] for name, row in predictions(live, done).items()}
    assert marks == {"dark": False, "middling": True}
    assert figures(live, done) == Classes(2, 1)


def test_years_that_nobody_can_name_the_classes_of_are_an_error(live: Context, train_dated: Train) -> None:
    train_dated("cnn", "a", collection="mars", years=None)
    deploy(live, "mars", architecture="cnn", run="a")
    put_uploads(live, "mars", dark=jpeg(0))
    with pytest.raises(CollectionError, match="give the collection its `years`"):
        classify(live, "mars")


def test_a_model_that_left_no_years_has_those_of_the_collection(live: Context, train_dated: Train) -> None:
    train_dated("cnn", "a", years=None)
    deploy(live, "photos", architecture="cnn", run="a")
    put_uploads(live, "photos", newer=jpeg(128))
    assert predictions(live, classify(live, "photos"))["newer"]["label"] == "1920s"


def test_nothing_to_classify_has_no_figures(live: Context, train: Train) -> None:
    train("cnn", "a")
    deploy(live, "mars", architecture="cnn", run="a")
    assert figures(live, classify(live, "mars")) is None


@pytest.fixture
def with_mars(live: Context, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Context]:
    """The same surroundings, where the collection mars differs: `with_mars(selection={"threshold": 0.8})`."""

    def change(**changes: Any) -> Context:
        folder: Path = tmp_path_factory.mktemp("collections")
        mars = load_collection("mars").model_dump(mode="json", exclude_unset=True) | changes
        (folder / "mars.yaml").write_text(yaml.safe_dump(mars))
        return Context(live.settings.model_copy(update={"collections": folder}), live.store)

    return change
