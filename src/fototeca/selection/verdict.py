"""Which candidate wins, and why. Validation decides; the test split is reported and decides nothing."""

from collections.abc import Sequence
from typing import Any

from fototeca.errors import NothingToDeploy
from fototeca.selection.candidates import Candidate


def rank(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, best first: by macro-F1 on validation, then accuracy, then the fewer parameters."""
    return sorted(candidates, key=_merit, reverse=True)


def choose(candidates: Sequence[Candidate], where: str) -> tuple[Candidate, list[str]]:
    """The winner, and the reasons in plain words.

    Raises:
        NothingToDeploy: there is no candidate, or none that is right more often than always answering the commonest
            class; `where` says of what, in the message.
    """
    if not candidates:
        raise NothingToDeploy(f"No network was trained on {where} yet: run `fototeca train` first.")
    better = [candidate for candidate in candidates if _gain(candidate) > 0]
    if not better:
        closest = max(candidates, key=_gain)
        raise NothingToDeploy(
            f"None of {len(candidates)} networks trained on {where} beats always answering the commonest class, which "
            f"is right on {_percent(closest.metrics['val']['majority_accuracy'])} of the validation images; "
            f"{closest.architecture} reaches {_percent(closest.metrics['val']['accuracy'])}. Train longer, or on more "
            "images."
        )
    winner, *others = rank(better)
    return winner, _reasons(winner, others, [one for one in candidates if one not in better])


def _reasons(winner: Candidate, others: Sequence[Candidate], refused: Sequence[Candidate]) -> list[str]:
    val = winner.metrics["val"]
    reasons = [
        f"On {val['images']} validation images {winner.architecture} is right on {_percent(val['accuracy'])}, where "
        f"always answering the commonest class is right on {_percent(val['majority_accuracy'])}."
    ]
    reasons += [_comparison(winner, other) for other in others]
    reasons += [
        f"{one.architecture} (run {one.run}) was passed over: right on {_percent(one.metrics['val']['accuracy'])} of "
        "the validation images, it does not beat the commonest class."
        for one in refused
    ]
    if test := winner.metrics.get("test"):
        reasons.append(
            f"On {test['images']} test images, which had no part in the choice, it is right on "
            f"{_percent(test['accuracy'])} (commonest class: {_percent(test['majority_accuracy'])})."
        )
    return reasons


def _comparison(winner: Candidate, other: Candidate) -> str:
    mine, theirs = winner.metrics["val"], other.metrics["val"]
    against = f"{other.architecture} (run {other.run})"
    if mine["macro_f1"] != theirs["macro_f1"]:
        return f"Its macro-F1 there, {mine['macro_f1']:.3f}, is above the {theirs['macro_f1']:.3f} of {against}."
    if mine["accuracy"] != theirs["accuracy"]:
        return f"Its macro-F1 equals that of {against}; its accuracy is above {_percent(theirs['accuracy'])}."
    return f"It is as good as {against} and no larger: {winner.parameters:,} against {other.parameters:,} parameters."


def _merit(candidate: Candidate) -> tuple[Any, ...]:
    val = candidate.metrics["val"]
    return val["macro_f1"], val["accuracy"], -candidate.parameters


def _gain(candidate: Candidate) -> float:
    val = candidate.metrics["val"]
    return float(val["accuracy"] - val["majority_accuracy"])


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
