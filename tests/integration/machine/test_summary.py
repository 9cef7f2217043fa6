"""What the main job says at its end, of what really lies in the archive."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from fototeca.archive import keys
from fototeca.archive.log import AppendLog
from fototeca.context import Context
from fototeca.machine.airflow_client import AirflowClient
from fototeca.machine.summary import describe
from fototeca.measuring import measure_classes, measure_years
from fototeca.nightly.night import commit_night, plan_night
from fototeca.nightly.predictions import answer_columns, build_part, write_part
from fototeca.nightly.requests import Request
from fototeca.selection.ledger import append
from fototeca.selection.meaning import Meaning, meaning_of

GROUPS = ["a", "a", "b", "b"]
CLASSES = measure_classes(
    np.array([0, 1, 1, 1]), np.tile(np.array([[0.2, 0.8]], np.float32), (4, 1)), GROUPS, ["other", "crater"], 1
)
DATES = measure_years(
    np.array([1900, 1910, 1920, 1930]), np.tile(np.array([[1912, 1900, 1925]], np.float32), (4, 1)), GROUPS, 1915
)


@pytest.fixture
def airflow() -> AirflowClient:
    return AirflowClient("http://127.0.0.1:8080", "fototeca", "secret")


def put_dataset(context: Context, collection: str, synthetic: bool = True) -> None:
    about = {"images": 200, "synthetic": synthetic}
    context.store.put_json(keys.dataset(collection, "d", "dataset.json"), about)
    AppendLog(context.store, keys.dataset_log(collection)).append({"dataset": "d"}, after=0)


def put_in_force(context: Context, collection: str, metrics: dict[str, Any]) -> None:
    put_dataset(context, collection)
    run = {"architecture": "cnn", "run": "a", "dataset": "d", "metrics": metrics}
    context.store.put_json(keys.model(collection, "cnn", "a", "result.json"), run)
    append(context.store, collection, "promote", run | {"version": 1}, "deployed", None)


def do_night(context: Context, collection: str, meaning: Meaning, answers: Sequence[Sequence[float]]) -> dict[str, Any]:
    """A night in which the model answered so, and refused one upload more."""
    prefix = keys.uploads(collection)
    for number in range(len(answers) + 1):
        context.store.put(f"{prefix}{number}.jpg", bytes([number]))
    night = plan_night(context.store, collection, "2026-01-02", 1)
    requests = [Request(f"{prefix}{number}.jpg", "", "", b"") for number in range(len(answers))]
    requests.append(Request(f"{prefix}{len(answers)}.jpg", "", "", b"", "unreadable"))
    matrix = np.array([*answers, [np.nan] * meaning.width], np.float32)
    columns = answer_columns(requests, matrix, meaning, context.collection(collection))
    part = keys.predictions(collection, night.date, night.batch, "part-00000.parquet")
    write_part(context.store, part, build_part(requests, columns, 1, datetime.now(UTC), prefix))
    commit_night(context.store, night, [{"key": part, "classified": len(answers), "refused": 1}])
    where = keys.predictions(collection, night.date, night.batch)
    done = {"classified": len(answers), "refused": 1, "version": 1}
    return done | {"prefix": f"s3://{context.store.bucket}/{where}"}


def test_of_classes_it_says_how_often_they_are_right_and_how_many_answers_abstain(
    context: Context, airflow: AirflowClient
) -> None:
    put_in_force(context, "mars", {"val": CLASSES, "test": CLASSES})
    night = do_night(context, "mars", Meaning("classification", ("other", "crater")), [[0.2, 0.8], [0.99, 0.01]])
    said = describe(context, "mars", night, airflow)
    assert "SYNTHETIC" in "\n".join(said)
    assert "In force: version 1, cnn, run a" in said
    assert "  test: accuracy 75.0%, macro-F1 0.429 on 4 images; the majority class: 75.0%" in said
    assert "Classified: 2 uploads (1 refused), with version 1" in said
    assert "  2 answers, of which 1 abstain: less than 90% sure" in said
    assert f"Predictions  {night['prefix']}" in said


def test_of_years_it_says_how_far_off_they_are_and_what_the_photographs_are_dated(
    context: Context, airflow: AirflowClient
) -> None:
    put_in_force(context, "photos", {"val": DATES, "doubtful": DATES})
    model = {"task": "regression", "classes": [], "years": {"earliest": 1863, "latest": 1991, "span": 10}}
    answers: list[list[float]] = [[1862.4, 1855, 1869], [1987.3, 1980, 2000], [1900, 1890, 1901]]
    said = describe(context, "photos", do_night(context, "photos", meaning_of(model), answers), airflow)
    assert (
        "  validation: mean error 10.0 years on 4 images; always 1915: 10.0; the intervals hold 75.0%, and claim 90%"
        in said
    )
    assert "  3 photographs dated: 1862 to 1987, median interval 14 years" in said
    assert not [line for line in said if line.startswith("  test") or "doubtful" in line]


def test_where_no_network_was_good_enough_it_says_so(context: Context, airflow: AirflowClient) -> None:
    put_dataset(context, "photos", synthetic=False)
    said = "\n".join(describe(context, "photos", None, airflow))
    assert "dataset d, 200 images" in said
    assert "In force: nothing. No network was good enough; `fototeca select photos` says why." in said
    assert "Uploads were not classified" in said
    assert "Report       " in said
    assert "Predictions" not in said


def test_a_night_without_uploads_has_no_figures(context: Context, airflow: AirflowClient) -> None:
    put_in_force(context, "mars", {"val": CLASSES})
    prefix = f"s3://{context.store.bucket}/predictions/mars/2026-01-02/none/"
    night = {"classified": 0, "refused": 0, "version": 1, "prefix": prefix}
    said = describe(context, "mars", night, airflow)
    assert said[said.index("Classified: 0 uploads (0 refused), with version 1") + 1] == ""
