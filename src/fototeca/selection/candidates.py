"""The trained networks that can be compared."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fototeca.archive import keys
from fototeca.archive.store import ObjectAbsent, Store
from fototeca.errors import NothingToDeploy


@dataclass(frozen=True)
class Candidate:
    """A finished training run, and what selection looks at."""

    architecture: str
    run: str
    dataset: str
    parameters: int
    metrics: dict[str, dict[str, Any]]
    """By split: images, accuracy, macro_f1, log_loss, majority_accuracy, confusion."""


def find_candidates(store: Store, collection: str, dataset: str) -> list[Candidate]:
    """All finished runs on the dataset, by architecture and run."""
    prefix = keys.models(collection)
    results = (entry.key for entry in store.list(prefix) if entry.key.endswith("/result.json"))
    found = (_candidate(store.get_json(key)) for key in results)
    return [candidate for candidate in found if candidate.dataset == dataset]


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


def _candidate(result: dict[str, Any]) -> Candidate:
    return Candidate(
        result["architecture"], result["run"], result["dataset"], result["parameters"]["total"], result["metrics"]
    )
