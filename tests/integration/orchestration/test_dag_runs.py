"""DAGs run from end to end, with steps that only say what they were asked."""

from collections.abc import Callable
from typing import Any

import pytest

from fototeca.collections import load_collection
from fototeca.errors import ArchiveUnavailable, InvalidDataset, NothingToDeploy, TrainingFailed
from fototeca.orchestration import calls

Call = Callable[..., Any]
Asked = list[tuple[Any, ...]]


def trained(architecture: str, run: str) -> dict[str, Any]:
    return {"architecture": architecture, "run": run, "dataset": "newest", "task": "classification"}


def verdict(outcome: str) -> dict[str, Any]:
    return {"outcome": outcome, "architecture": "cnn", "run": "run-cnn", "reasons": ["Nothing beats the baseline."]}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What steps were asked, in order; none of them does anything."""
    log: Asked = []

    def fake(name: str, answer: Call) -> None:
        def call(*values: Any, **named: Any) -> Any:
            log.append((name, *values, *named.values()))
            return answer(*values)

        monkeypatch.setattr(calls, name, call)

    night = {"collection": "mars", "date": "2026-01-02", "shards": ["00000", "00001"]}
    fake("ingest", lambda collection, source: {"dataset": "d1"})
    fake("describe", lambda collection, dataset: {})
    fake("validate", lambda collection, dataset: {"dataset": dataset, "passed": True})
    fake("newest_dataset", lambda collection: "newest")
    fake("training_run", lambda collection, architecture, dataset, recipe: f"run-{architecture}")
    fake("training_result", lambda collection, architecture, run: trained(architecture, run))
    fake("select", lambda collection, dataset, task: verdict("promote"))
    fake("report", lambda collection, verdict: {})
    fake("deploy", lambda collection, architecture, run, outcome, insist: {"version": 1})
    fake("plan", lambda collection, date: night)
    fake("classify_shard", lambda night, shard: {"key": shard, "classified": 1, "refused": 0})
    fake("commit", lambda night, parts: {"classified": len(parts)})
    return log


def failing(monkeypatch: pytest.MonkeyPatch, name: str, *errors: Exception) -> list[int]:
    """Make a step raise these errors on its first tries; the list grows by one with each try."""
    tries: list[int] = []
    succeed = getattr(calls, name)

    def call(*values: Any, **named: Any) -> Any:
        tries.append(len(tries))
        if len(tries) <= len(errors):
            raise errors[len(tries) - 1]
        return succeed(*values, **named)

    monkeypatch.setattr(calls, name, call)
    return tries


def test_an_ingested_dataset_is_validated_and_announced(run_dag: Call, asked: Asked) -> None:
    outcome = run_dag("mars_ingest", source="/images.zip", replace=True)

    assert outcome.state == "success"
    assert asked == [("ingest", "mars", "/images.zip", True), ("validate", "mars", "d1"), ("describe", "mars", "d1")]
    assert outcome.tasks == {"ingest": ["success"], "validate": ["success"], "describe": ["success"]}


def test_a_page_about_the_images_that_fails_stops_nothing(
    run_dag: Call, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "describe", ValueError("no picture can be drawn"))

    outcome = run_dag("mars_ingest", source="/images.zip")

    assert outcome.state == "success"
    assert (outcome.tasks["validate"], outcome.tasks["describe"]) == (["success"], ["failed"])


def test_images_that_fail_their_checks_are_described_all_the_same(
    run_dag: Call, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "validate", InvalidDataset("too few images"))

    outcome = run_dag("mars_ingest", source="/images.zip")

    assert (outcome.state, outcome.tasks["describe"]) == ("failed", ["success"])


def test_an_error_that_may_pass_is_tried_again(run_dag: Call, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = failing(monkeypatch, "ingest", ArchiveUnavailable("down"), ArchiveUnavailable("still down"))

    assert run_dag("mars_ingest", source="/images.zip").state == "success"
    assert len(tries) == 3


@pytest.mark.parametrize("error", [InvalidDataset("no image is readable"), ValueError("a mistake in the code")])
def test_an_error_that_stays_is_not_tried_again(
    run_dag: Call, asked: Asked, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    tries = failing(monkeypatch, "ingest", error)

    outcome = run_dag("mars_ingest", source="/images.zip")

    assert (outcome.state, len(tries)) == ("failed", 1)
    assert outcome.tasks["validate"] == ["upstream_failed"]
    assert outcome.tasks["describe"] == ["skipped"]


def test_each_architecture_is_trained_and_the_winner_deployed(run_dag: Call, asked: Asked) -> None:
    competing = set(load_collection("mars").training.architectures)

    outcome = run_dag("mars_train")

    assert outcome.state == "success"
    assert outcome.tasks["train"] == ["success"] * len(competing)
    assert {call[2] for call in asked if call[0] == "training_run"} == competing
    assert asked.count(("select", "mars", "newest", "classification")) == 1
    assert asked.count(("deploy", "mars", "cnn", "run-cnn", "promote", False)) == 1


def test_a_network_that_is_no_better_leaves_in_force_what_is(
    run_dag: Call, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "select", lambda *asked: verdict("keep"))

    outcome = run_dag("mars_train", architectures=["cnn"])

    assert outcome.state == "success"
    assert asked.count(("deploy", "mars", "cnn", "run-cnn", "keep", False)) == 1
    assert asked.count(("report", "mars", verdict("keep"))) == 1


def test_where_no_network_is_good_enough_the_run_succeeds_and_nothing_is_deployed(
    run_dag: Call, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "select", lambda *asked: verdict("nothing"))

    outcome = run_dag("mars_train", architectures=["cnn"])

    assert outcome.state == "success"
    assert (outcome.tasks["deploy"], outcome.tasks["report"]) == (["skipped"], ["success"])
    assert "deploy" not in {call[0] for call in asked}


def test_a_person_may_insist_on_a_network_that_is_not_good_enough(
    run_dag: Call, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "select", lambda *asked: verdict("nothing"))

    run_dag("mars_train", architectures=["cnn"], insist=True)

    assert asked.count(("deploy", "mars", "cnn", "run-cnn", "nothing", True)) == 1


def test_the_form_decides_what_is_trained_and_how(run_dag: Call, asked: Asked) -> None:
    run_dag(
        "mars_train", architectures=["vgg16"], dataset="d7", epochs=3, augmentations=["flip"], feature_cache="false"
    )

    (request,) = (call for call in asked if call[0] == "training_run")
    assert request[:4] == ("training_run", "mars", "vgg16", "d7")
    assert request[4] == {"epochs": 3, "augmentations": ["flip"], "feature_cache": "false"}


def test_an_architecture_that_fails_leaves_the_others_to_compete(
    run_dag: Call, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "training_run", TrainingFailed("its loss is not a number"))

    outcome = run_dag("mars_train", architectures=["cnn_small", "cnn"])

    assert outcome.state == "success"
    assert sorted(outcome.tasks["train"]) == ["failed", "success"]
    assert outcome.tasks["deploy"] == ["success"]


def test_nothing_is_deployed_when_no_architecture_succeeds(
    run_dag: Call, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "training_run", TrainingFailed("no"), TrainingFailed("no"))

    outcome = run_dag("mars_train", architectures=["cnn_small", "cnn"])

    assert outcome.state == "failed"
    assert outcome.tasks["deploy"] == ["upstream_failed"]


def test_a_night_is_classified_shard_by_shard_and_committed_once(run_dag: Call, asked: Asked) -> None:
    outcome = run_dag("mars_nightly", date="2026-01-02")

    assert outcome.state == "success"
    assert asked[0] == ("plan", "mars", "2026-01-02")
    assert sorted(call[2] for call in asked if call[0] == "classify_shard") == ["00000", "00001"]
    assert [part["key"] for part in asked[-1][2]] == ["00000", "00001"]


def test_a_night_without_uploads_succeeds(run_dag: Call, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "plan", lambda collection, date: {"shards": []})

    outcome = run_dag("mars_nightly")

    assert outcome.state == "success"
    assert asked == [("commit", {"shards": []}, [])]


def test_a_night_without_a_model_is_skipped(run_dag: Call, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, "plan", NothingToDeploy("no model was deployed yet"))

    outcome = run_dag("mars_nightly")

    assert outcome.state == "success"
    assert outcome.tasks["plan"] == outcome.tasks["commit"] == ["skipped"]
