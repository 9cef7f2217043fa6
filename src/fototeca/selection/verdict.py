"""Who wins, and why. Validation decides; the test split is reported and decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from fototeca.collections.selection import Selection
from fototeca.selection import reasons as say
from fototeca.selection.candidates import Candidate
from fototeca.selection.champion import Champion
from fototeca.selection.comparison import DECIDES, Comparison
from fototeca.selection.limits import find_faults

Outcome = Literal["promote", "keep", "nothing"]
"""Put the challenger into service; leave in force what is; or put nothing into service."""


@dataclass(frozen=True)
class Decision:
    """What is to be done, and why."""

    outcome: Outcome
    challenger: Candidate
    """The best candidate, also where it is not to be put into service."""
    reasons: list[str]
    comparisons: dict[str, Comparison]
    """By `baseline`, `runner_up` and `champion`, those that were made."""


class Comparing(Protocol):
    """How to compare a candidate, on its validation images."""

    def with_baseline(self, candidate: Candidate, chosen_from: int) -> Comparison:
        """With always answering the commonest class or the median year; it is the best of so many candidates."""

    def with_other(self, candidate: Candidate, other: Candidate, chosen_from: int) -> Comparison:
        """With another candidate."""

    def with_champion(self, candidate: Candidate, chosen_from: int) -> Comparison | None:
        """With what is in force; none where no image can be compared."""


def rank(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, best first: by macro-F1 on validation, then accuracy (years: by error), then fewer parameters."""
    return sorted(candidates, key=_merit, reverse=True)


def decide(
    candidates: Sequence[Candidate], champion: Champion | None, limits: Selection, comparing: Comparing, where: str
) -> Decision:
    """Hold the best candidate that keeps within the limits to the baseline, then to the champion.

    `candidates` are of one kind, and at least one; `where` says of what, in sentences.
    """
    faults = {candidate.name: find_faults(candidate, limits) for candidate in candidates}
    ranked = rank(candidates)
    fit = [candidate for candidate in ranked if not faults[candidate.name]]
    unfit = [f"{name} is passed over: {'; '.join(found)}." for name, found in faults.items() if found]
    if not fit:
        lines = [*unfit, f"No candidate on {where} keeps within the collection's limits.", *say.on_test(ranked[0])]
        return Decision("nothing", ranked[0], lines, {})
    challenger, *behind = fit
    others = [candidate for candidate in behind if not _is(candidate, champion)]
    chosen_from = sum(not _is(candidate, champion) for candidate in fit)
    comparisons = {"baseline": comparing.with_baseline(challenger, chosen_from)}
    reasons = [say.against_baseline(challenger, comparisons["baseline"])]
    if others:
        comparisons["runner_up"] = comparing.with_other(challenger, others[0], chosen_from)
        reasons += [say.ranked(challenger, others), say.against_runner_up(comparisons["runner_up"])]
    reasons += unfit
    if _is(challenger, champion):
        outcome: Outcome = "keep"
        reasons += [f"It is in force already, as version {champion.version if champion else 0}."]
    elif not all(difference.better for difference in comparisons["baseline"].differences.values()):
        outcome = "nothing"
        reasons += [say.no_better_than_baseline(len(candidates), where)]
    else:
        outcome = _against_champion(challenger, champion, limits, comparing, chosen_from, comparisons, reasons)
    return Decision(outcome, challenger, reasons + say.on_test(challenger), comparisons)


def _against_champion(
    challenger: Candidate,
    champion: Champion | None,
    limits: Selection,
    comparing: Comparing,
    chosen_from: int,
    comparisons: dict[str, Comparison],
    reasons: list[str],
) -> Outcome:
    if champion is None:
        reasons += ["Nothing is in force yet: it would be the first."]
        return "promote"
    if champion.kind != challenger.kind:
        answers = {"class": "a class", "year": "a year"}
        reasons += [
            f"{champion.name} answers with {answers[champion.kind]} and it with {answers[challenger.kind]}, so that "
            "they can't be compared: only the baseline was to be beaten."
        ]
        return "promote"
    comparison = comparing.with_champion(challenger, chosen_from)
    if comparison is None:
        reasons += [
            f"What is in force stays so, uncompared: {champion.name} learned from all validation images or from others "
            "of their groups."
        ]
        return "keep"
    comparisons["champion"] = comparison
    lost = say.lost_recall(comparison, limits.max_recall_drop)
    differences = comparison.differences
    better = differences[DECIDES[challenger.kind]].better and not any(d.worse for d in differences.values())
    reasons += [say.against_champion(comparison), *lost]
    if better and not lost:
        return "promote"
    reasons += [f"What is in force stays so: {champion.name}."]
    return "keep"


def _is(candidate: Candidate, champion: Champion | None) -> bool:
    return champion is not None and (candidate.architecture, candidate.run) == (champion.architecture, champion.run)


def _merit(candidate: Candidate) -> tuple[Any, ...]:
    val = candidate.metrics["val"]
    if candidate.kind == "year":
        return -val["mae"], -candidate.parameters
    return val["macro_f1"], val["accuracy"], -candidate.parameters
