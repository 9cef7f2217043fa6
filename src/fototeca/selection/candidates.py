"""The trained networks that can be compared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from fototeca.archive import keys
from fototeca.archive.store import ObjectAbsent, Store
from fototeca.errors import NothingToDeploy

Kind = Literal["class", "year"]
"""What a network answers. Only answers of one kind can be compared: both ways to a year are."""


@dataclass(frozen=True)
class Candidate:
    """A finished training run, and what selection looks at."""

    architecture: str
    run: str
    dataset: str
    task: str
    classes: tuple[str, ...]
    parameters: int
    metrics: dict[str, dict[str, Any]]
    """By split, as `fototeca.measuring` gives them."""
    latency_ms: float | None
    """Milliseconds per image, where they were measured."""
    bytes: int | None
    """Size of the exported network, where it was measured."""

    @property
    def kind(self) -> Kind:
        """What it answers."""
        return kind_of(self.task)

    @property
    def name(self) -> str:
        """What sentences call it."""
        return f"{self.architecture} (run {self.run})"

    def recalls(self) -> dict[str, float | None]:
        """Of each class, on validation; None for one that validation does not hold."""
        confusion: Sequence[Sequence[int]] = self.metrics["val"]["confusion"]
        rows = zip(self.classes, confusion, strict=True)
        return {label: row[place] / sum(row) if sum(row) else None for place, (label, row) in enumerate(rows)}

    def brief(self) -> dict[str, Any]:
        """The run and its single figures by split, with their intervals."""
        figures = {
            split: {name: value for name, value in metrics.items() if isinstance(value, int | float)}
            | {"intervals": metrics.get("intervals", {})}
            for split, metrics in self.metrics.items()
        }
        run = {"architecture": self.architecture, "run": self.run, "task": self.task, "parameters": self.parameters}
        return run | {"latency_ms": self.latency_ms, "bytes": self.bytes, "metrics": figures}


def kind_of(task: str) -> Kind:
    """The kind of answer of a recipe's task."""
    return "class" if task == "classification" else "year"


def find_candidates(store: Store, collection: str, dataset: str) -> list[Candidate]:
    """All finished runs on the dataset, by architecture and run."""
    prefix = keys.models(collection)
    results = (entry.key for entry in store.list(prefix) if entry.key.endswith("/result.json"))
    found = (store.get_json(key) for key in results)
    return [_candidate(result) for result in found if result["dataset"] == dataset]


def read_candidates(store: Store, collection: str, runs: Iterable[tuple[str, str]]) -> list[Candidate]:
    """The named runs.

    Raises:
        NothingToDeploy: one of them has not finished.
    """
    candidates = []
    for architecture, run in runs:
        try:
            candidates.append(_candidate(store.get_json(keys.model(collection, architecture, run, "result.json"))))
        except ObjectAbsent as error:
            raise NothingToDeploy(
                f"Run {run} of {architecture} in {collection} has no result: it failed, or is still training."
            ) from error
    return candidates


def part_by_kind(candidates: Sequence[Candidate], wanted: Kind) -> tuple[list[Candidate], list[Candidate]]:
    """Those of the wanted kind, or of the other kind where there are none, and the rest."""
    of_wanted = [candidate for candidate in candidates if candidate.kind == wanted]
    rest = [candidate for candidate in candidates if candidate.kind != wanted]
    return (of_wanted, rest) if of_wanted else (rest, [])


def _candidate(result: dict[str, Any]) -> Candidate:
    return Candidate(
        architecture=result["architecture"],
        run=result["run"],
        dataset=result["dataset"],
        task=result.get("task", "classification"),
        classes=tuple(result["classes"]),
        parameters=result["parameters"]["total"],
        metrics=result["metrics"],
        latency_ms=result.get("latency_ms"),
        bytes=result.get("bytes"),
    )
