"""Selection among the finished runs of an archive."""

from typing import Any

import pytest

from fototeca.archive import keys
from fototeca.context import Context
from fototeca.errors import NothingToDeploy
from fototeca.steps.select import select


def put_result(context: Context, architecture: str, run: str, f1: float, dataset: str = "d") -> None:
    split: dict[str, Any] = {"images": 9, "accuracy": 0.8, "macro_f1": f1, "majority_accuracy": 0.5}
    result = {"architecture": architecture, "run": run, "dataset": dataset, "parameters": {"total": 5}}
    result["metrics"] = dict.fromkeys(("train", "val", "test"), split)
    context.store.put_json(keys.model("mars", architecture, run, "result.json"), result)


def test_the_best_finished_run_on_the_dataset_wins_and_the_verdict_is_kept(context: Context) -> None:
    put_result(context, "cnn", "a", 0.5)
    put_result(context, "cnn_small", "b", 0.6)
    put_result(context, "cnn", "elsewhere", 0.9, dataset="another")
    context.store.put(keys.model("mars", "cnn", "unfinished", "checkpoint/state.npz"), b"")

    verdict = select(context, "mars", dataset="d")
    assert (verdict.architecture, verdict.run) == ("cnn_small", "b")
    assert verdict.baseline == {"train": 0.5, "val": 0.5, "test": 0.5}
    assert [candidate["run"] for candidate in verdict.candidates] == ["b", "a"]
    assert select(context, "mars", dataset="d") == verdict
    [kept] = context.store.list("models/mars/verdicts/d-")
    assert context.store.get_json(kept.key)["reasons"] == verdict.reasons


def test_only_the_named_runs_are_compared(context: Context) -> None:
    put_result(context, "cnn", "a", 0.5)
    put_result(context, "cnn_small", "b", 0.6)
    assert select(context, "mars", dataset="d", runs=[("cnn", "a")]).run == "a"


@pytest.mark.parametrize(("run", "problem"), [("absent", "has no result"), ("other", "another dataset")])
def test_runs_that_can_not_be_compared_are_named(context: Context, run: str, problem: str) -> None:
    put_result(context, "cnn", "other", 0.5, dataset="another")
    with pytest.raises(NothingToDeploy, match=problem):
        select(context, "mars", dataset="d", runs=[("cnn", run)])
