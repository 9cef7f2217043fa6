"""The calls from tasks to steps: each opens the surroundings, calls one step and makes its result small and JSON.

Steps load heavy libraries, so they are imported when a task runs, never when Airflow parses a DAG.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from types import ModuleType
from typing import Any

Json = dict[str, Any]


class LogProgress:
    """Prints a step's progress into the task's log, now and then."""

    def __init__(self, every_seconds: float = 5.0) -> None:
        self.every_seconds = every_seconds
        self.printed = 0.0

    def __call__(self, done: int, total: int | None, what: str) -> None:
        """Print, if the last line is old enough or this is the end."""
        if done == total or time.monotonic() - self.printed > self.every_seconds:
            self.printed = time.monotonic()
            print(f"{what}: {done}" + ("" if total is None else f" of {total}"), flush=True)  # noqa: T201


@contextmanager
def plain_main() -> Iterator[None]:
    """Hide the program that runs, so that processes which a step starts do not load it again.

    In a task that program is Airflow's worker: it takes seconds to load, and refuses to where it may not reach
    Airflow's database.
    """
    program = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program


def ingest(collection: str, source: str, *, replace: bool) -> Json:
    """Bring a source into the archive."""
    from fototeca.context import open_context
    from fototeca.steps.ingest import ingest

    with plain_main():
        return asdict(ingest(open_context(), collection, source, replace=replace, progress=LogProgress()))


def validate(collection: str, dataset: str) -> Json:
    """Hold a dataset to its checks."""
    from fototeca.context import open_context
    from fototeca.steps.validate import validate

    return asdict(validate(open_context(), collection, dataset=dataset, progress=LogProgress()))


def newest_dataset(collection: str) -> str:
    """The version that was ingested last."""
    from fototeca.context import open_context
    from fototeca.steps.train import newest_dataset

    return newest_dataset(open_context(), collection)


def training_run(collection: str, architecture: str, dataset: str, recipe: Json) -> str:
    """The id of the run that this request asks for, whether it exists or not."""
    from fototeca.context import open_context
    from fototeca.steps.train import run_id

    return run_id(open_context(), collection, architecture, dataset=dataset, **recipe)


def training_result(collection: str, architecture: str, run: str) -> Json | None:
    """What a finished training left in the archive, in brief; none, if it did not finish."""
    from fototeca.archive import keys
    from fototeca.archive.store import ObjectAbsent
    from fototeca.context import open_context

    try:
        result = open_context().store.get_json(keys.model(collection, architecture, run, "result.json"))
    except ObjectAbsent:
        return None
    told = ("accuracy", "macro_f1", "mae")
    metrics = {
        split: {name: measured[name] for name in told if name in measured}
        for split, measured in result["metrics"].items()
    }
    return {name: result[name] for name in ("architecture", "run", "dataset", "task")} | {"metrics": metrics}


def select(collection: str, dataset: str, task: str | None = None) -> Json:
    """Compare every network that was trained on the dataset for such a task, and say what is to be done."""
    from fototeca.context import open_context
    from fototeca.steps.select import select

    verdict = asdict(select(open_context(), collection, dataset=dataset, task=task, progress=LogProgress()))
    pairs = [[each["architecture"], each["run"]] for each in verdict["candidates"]]
    told = ("dataset", "outcome", "architecture", "run", "champion", "reasons")
    return {key: verdict[key] for key in told} | {"candidates": pairs}


def report(collection: str, verdict: Json) -> Json:
    """Write the pages on the networks that a verdict compares."""
    from fototeca.context import open_context
    from fototeca.steps.report import report_verdict

    return asdict(report_verdict(open_context(), collection, verdict, LogProgress()))


def describe(collection: str, dataset: str, *, curve: bool = False) -> Json:
    """Write the page about a dataset."""
    from fototeca.context import open_context
    from fototeca.steps.describe import describe

    return asdict(describe(open_context(), collection, dataset, curve=curve, progress=LogProgress()))


def deploy(collection: str, architecture: str, run: str, outcome: str, insist: bool) -> Json:
    """Do what the verdict says, put a network into service or see that what is in force is served; or insist."""
    from fototeca.context import open_context
    from fototeca.steps.deploy import follow_verdict

    asked: Any = {"outcome": outcome, "architecture": architecture, "run": run, "insist": insist}
    return asdict(follow_verdict(open_context(), collection, **asked, progress=LogProgress()))


def plan(collection: str, date: str) -> Json:
    """Find the uploads that wait."""
    from fototeca.context import open_context
    from fototeca.steps.classify import plan

    night = asdict(plan(open_context(), collection, date=date))
    return night | {"shards": list(night["shards"])}


def classify_shard(night: Json, shard: str) -> Json:
    """Classify one shard of a night."""
    from fototeca.context import open_context
    from fototeca.nightly.night import Night
    from fototeca.steps.classify import classify_shard

    return classify_shard(open_context(), Night(**night), shard, progress=LogProgress())


def commit(night: Json, parts: list[Json]) -> Json:
    """Make a night count."""
    from fototeca.context import open_context
    from fototeca.nightly.night import Night
    from fototeca.steps.classify import commit

    return asdict(commit(open_context(), Night(**night), parts))
