"""Which test images of a run are explained, and what is published of them."""

import io
from typing import Any

import numpy as np
from PIL import Image

from fototeca.archive.manifest import read_dataset
from fototeca.collections.recipe import Recipe
from fototeca.context import Context, unseen
from fototeca.learning.calibrated import Calibrated
from fototeca.learning.gradcam import write_explanations
from fototeca.learning.objectives import Year
from fototeca.learning.outcome import Outcome
from fototeca.learning.prepared import Prepared, prepare
from fototeca.learning.run import Request
from fototeca.report.gather import _overlays


def published(context: Context, request: Request) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = context.store.get_json(request.key("gradcam.json"))
    for number, record in enumerate(records):
        assert record["key"] == request.key(f"gradcam/{number}.png")
        with Image.open(io.BytesIO(context.store.get(record["key"]))) as image:
            assert (image.format, image.size) == ("PNG", (224, 224))
    return records


def made_ready(context: Context, dataset: str, collection: str, recipe: Recipe) -> tuple[Request, Prepared]:
    facts = read_dataset(context.store, collection, dataset)
    return Request(facts, "cnn_small", "r" * 16, recipe), prepare(context, facts, "cnn_small", recipe, unseen)


def explain(context: Context, request: Request, prepared: Prepared, outputs: Any, figures: dict[str, float]) -> None:
    calibrated = Calibrated(prepared.objective, figures)
    classes = request.facts["classes"]
    outcome = Outcome(prepared.examples, classes, lambda year: f"{year:.0f}", 0.9, calibrated, outputs, None)
    write_explanations(context, request, prepared.network, outcome)


def test_half_are_the_surest_mistakes_and_half_right_ones_of_different_classes(
    context: Context, make_dataset: Any
) -> None:
    labels = ["other", "crater", "dark dune", "bright dune"]
    request, prepared = made_ready(context, make_dataset(count=48, labels=labels, splits="tve"), "mars", Recipe())
    test, truth = prepared.examples.rows("test"), prepared.examples.labels
    said = truth.copy()
    said[test[:6]] = (truth[test[:6]] + 1) % 4
    sure = np.linspace(3, 9, len(truth), dtype=np.float32)[:, None]
    outputs = np.eye(len(request.facts["classes"]), dtype=np.float32)[said] * sure
    explain(context, request, prepared, outputs, {"temperature": 1.0})

    records = published(context, request)
    table = prepared.examples.table
    assert [record["id"] for record in records[:4]] == [table["id"][int(row)].as_py() for row in test[5:1:-1]]
    assert all(record["label"] != record["predicted"] for record in records[:4])
    assert all(record["label"] == record["predicted"] for record in records[4:])
    assert len({record["label"] for record in records[4:]}) == len(set(truth[test].tolist()))
    assert records[0]["confidence"] > records[3]["confidence"] > 0.5
    shown = _overlays(context.store, "mars", ("cnn_small", request.run))
    assert [(one.name, one.truth, one.said) for one in shown] == [
        (record["name"], record["label"], record["predicted"]) for record in records
    ]


def test_where_all_is_right_or_there_is_little_what_there_is_is_shown(context: Context, make_dataset: Any) -> None:
    request, prepared = made_ready(context, make_dataset(count=12, splits="ttttev"), "mars", Recipe())
    outputs = np.eye(len(request.facts["classes"]), dtype=np.float32)[prepared.examples.labels] * 5
    explain(context, request, prepared, outputs, {"temperature": 1.0})
    assert {record["name"] for record in published(context, request)} == {"0008.jpg", "0009.jpg"}


def test_without_test_images_nothing_is_shown(context: Context, make_dataset: Any) -> None:
    request, prepared = made_ready(context, make_dataset(count=12, splits="tv"), "mars", Recipe())
    explain(context, request, prepared, np.ones((12, len(request.facts["classes"])), np.float32), {"temperature": 1.0})
    assert not list(context.store.list(request.key()))


def test_photographs_have_their_years_and_the_widest_errors_come_first(context: Context, make_dataset: Any) -> None:
    dataset = make_dataset(count=60, labels=["1900s", "1920s", "1950s"], splits="tve", collection="photos")
    request, prepared = made_ready(context, dataset, "photos", Recipe(task="regression"))
    objective = prepared.objective
    assert isinstance(objective, Year)
    errors = np.arange(60, dtype=np.float32)[:, None] / objective.deviation
    explain(context, request, prepared, objective.targets + errors, {"level": 0.9, "margin": 5.0})

    records = published(context, request)
    off = [abs(int(record["predicted"]) - int(record["label"])) for record in records]
    assert len(records) == 8
    assert off[:4] == sorted(off[:4], reverse=True)
    assert max(off[4:]) < min(off[:4])
    assert {record["confidence"] for record in records} == {None}
