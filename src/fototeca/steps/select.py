"""Choose the best network of a dataset, and say whether it is good enough."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from fototeca.archive import keys
from fototeca.collections.selection import Selection
from fototeca.context import Context, Progress, unseen
from fototeca.errors import NothingToDeploy
from fototeca.selection.candidates import Candidate, find_candidates, kind_of, part_by_kind, read_candidates
from fototeca.selection.champion import Champion, read_champion
from fototeca.selection.limits import check_floors
from fototeca.selection.matches import Matches
from fototeca.selection.verdict import Outcome, decide, rank
from fototeca.steps.train import newest_dataset


@dataclass(frozen=True)
class Verdict:
    """The best candidate, with its metrics on validation and test; whether it is to be put into service, and why."""

    collection: str
    dataset: str
    outcome: Outcome
    """`promote` it; `keep` what is in force; or `nothing` is to be put into service."""
    architecture: str
    run: str
    champion: dict[str, Any] | None
    """version, architecture, run and dataset of what is in force."""
    validation: dict[str, Any]
    test: dict[str, Any]
    """Empty where the dataset has no test split."""
    baseline: dict[str, float]
    """By split: accuracy of always answering the commonest training class, or mean error of the median year."""
    reasons: list[str]
    comparison: dict[str, dict[str, Any]]
    """How much better the candidate is than `baseline`, `runner_up` and `champion`, on the same validation images."""
    candidates: list[dict[str, Any]]
    """All that were compared, best first: run, size, latency, and single figures by split."""


def select(
    context: Context,
    collection: str,
    *,
    dataset: str | None = None,
    runs: list[tuple[str, str]] | None = None,
    task: str | None = None,
    progress: Progress = unseen,
) -> Verdict:
    """Compare the finished runs on a dataset, or only `runs` (architecture, run), and keep the verdict.

    Runs that answer with a class and runs that answer with a year are not compared with each other: `task`, or else
    the collection's own, says which are.

    Raises:
        NothingToDeploy: no run has finished, or the one in force is no longer in the archive.
        ServingUnavailable: the model server has to be asked what is in force, and does not answer.
        CollectionError: the collection's floors name classes that it does not have.
    """
    settings = context.collection(collection)
    check_floors(settings)
    dataset = dataset or newest_dataset(context, collection)
    found = _candidates(context, collection, dataset, runs)
    wanted = kind_of(task or settings.training.recipe.get("task", "classification"))
    candidates, others = part_by_kind(found, wanted)
    champion = read_champion(context, collection)
    matches = Matches(context, collection, champion, progress)
    decision = decide(candidates, champion, settings.selection, matches, f"dataset {dataset} of {collection}")
    best = decision.challenger
    verdict = Verdict(
        collection=collection,
        dataset=dataset,
        outcome=decision.outcome,
        architecture=best.architecture,
        run=best.run,
        champion=_named(champion) if champion else None,
        validation=best.metrics["val"],
        test=best.metrics.get("test", {}),
        baseline=_baseline(best),
        reasons=decision.reasons + _uncompared(others),
        comparison={name: each.record() for name, each in decision.comparisons.items()},
        candidates=[candidate.brief() for candidate in rank(candidates)],
    )
    key = keys.verdict(collection, dataset, _fingerprint(candidates, champion, settings.selection))
    context.store.put_json(key, asdict(verdict))
    return verdict


def _candidates(context: Context, collection: str, dataset: str, runs: list[tuple[str, str]] | None) -> list[Candidate]:
    if runs is None:
        candidates = find_candidates(context.store, collection, dataset)
    else:
        candidates = read_candidates(context.store, collection, runs)
    strangers = [candidate.run for candidate in candidates if candidate.dataset != dataset]
    if strangers:
        raise NothingToDeploy(
            f"Run {strangers[0]} was trained on another dataset than {dataset}: they can't be compared."
        )
    if not candidates:
        raise NothingToDeploy(
            f"No network was trained on dataset {dataset} of {collection} yet: run `fototeca train` first."
        )
    return candidates


def _baseline(candidate: Candidate) -> dict[str, float]:
    name = "majority_accuracy" if candidate.kind == "class" else "baseline_mae"
    return {split: metrics[name] for split, metrics in candidate.metrics.items() if name in metrics}


def _uncompared(others: list[Candidate]) -> list[str]:
    if not others:
        return []
    answer = {"class": "a class", "year": "a year"}[others[0].kind]
    return [f"Not compared, since they answer with {answer}: {', '.join(one.name for one in others)}."]


def _named(champion: Champion) -> dict[str, Any]:
    return {name: getattr(champion, name) for name in ("version", "architecture", "run", "dataset", "task")}


def _fingerprint(candidates: list[Candidate], champion: Champion | None, limits: Selection) -> str:
    """The same comparison has the same name."""
    compared = sorted((candidate.architecture, candidate.run) for candidate in candidates)
    request = [compared, _named(champion) if champion else None, limits.model_dump()]
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()[:8]
