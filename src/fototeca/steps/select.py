"""Choose the best network of a dataset."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from fototeca.archive import keys
from fototeca.context import Context
from fototeca.errors import NothingToDeploy
from fototeca.selection.candidates import find_candidates, read_candidates
from fototeca.selection.verdict import choose, rank
from fototeca.steps.train import newest_dataset


@dataclass(frozen=True)
class Verdict:
    """The winner, with its metrics on validation and test, and why it won."""

    collection: str
    dataset: str
    architecture: str
    run: str
    validation: dict[str, Any]
    test: dict[str, Any]
    """Empty where the dataset has no test split."""
    baseline: dict[str, float]
    """By split, the accuracy of always answering the commonest training class."""
    reasons: list[str]
    candidates: list[dict[str, Any]]
    """All that were compared, best first."""


def select(
    context: Context, collection: str, *, dataset: str | None = None, runs: list[tuple[str, str]] | None = None
) -> Verdict:
    """Compare the finished runs on a dataset, or only `runs` (architecture, run), and keep the verdict.

    Raises:
        NothingToDeploy: no run has finished, or none beats always answering the commonest class.
    """
    context.collection(collection)
    dataset = dataset or newest_dataset(context, collection)
    if runs is None:
        candidates = find_candidates(context.store, collection, dataset)
    else:
        candidates = read_candidates(context.store, collection, runs)
    strangers = [candidate.run for candidate in candidates if candidate.dataset != dataset]
    if strangers:
        raise NothingToDeploy(
            f"Run {strangers[0]} was trained on another dataset than {dataset}: they can't be compared."
        )
    winner, reasons = choose(candidates, f"dataset {dataset} of {collection}")
    verdict = Verdict(
        collection=collection,
        dataset=dataset,
        architecture=winner.architecture,
        run=winner.run,
        validation=winner.metrics["val"],
        test=winner.metrics.get("test", {}),
        baseline={split: metrics["majority_accuracy"] for split, metrics in winner.metrics.items()},
        reasons=reasons,
        candidates=[asdict(candidate) for candidate in rank(candidates)],
    )
    context.store.put_json(keys.verdict(collection, dataset, _fingerprint(verdict)), asdict(verdict))
    return verdict


def _fingerprint(verdict: Verdict) -> str:
    """The same comparison has the same name."""
    compared = sorted((candidate["architecture"], candidate["run"]) for candidate in verdict.candidates)
    return hashlib.sha256(json.dumps(compared).encode()).hexdigest()[:8]
