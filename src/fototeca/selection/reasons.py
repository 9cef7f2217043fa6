"""The sentences that a verdict gives its reasons in."""

from collections.abc import Sequence
from typing import Any

from fototeca.measuring import Difference
from fototeca.selection.candidates import Candidate
from fototeca.selection.comparison import Comparison


def against_baseline(challenger: Candidate, comparison: Comparison) -> str:
    """How much better the challenger is than who answers without looking."""
    allowed = f" All bounds allow for the choice among {comparison.chosen_from}." if comparison.chosen_from > 1 else ""
    return (
        f"On {comparison.images} validation images of {comparison.groups} groups {challenger.name} "
        f"{_reached(comparison.ours)}; {comparison.against} {_reached(comparison.theirs)}. "
        f"{_gains(comparison)}{allowed}"
    )


def no_better_than_baseline(candidates: int, where: str) -> str:
    """That no candidate beats the baseline."""
    return (
        f"No candidate beats the baseline: the best of {candidates} on {where} is not better beyond chance. Train on "
        "more images, or longer; what nobody is sure of is put into service only if a person insists."
    )


def against_champion(comparison: Comparison) -> str:
    """How much better the challenger is than what is in force."""
    left_out = f" {comparison.left_out} more were left out, since it learned from them or from images of their groups."
    asked = f" The model server was asked about {comparison.asked} that it had never seen."
    return (
        f"It was compared with {comparison.against} on {comparison.images} validation images of {comparison.groups} "
        f"groups. {_gains(comparison)}{left_out if comparison.left_out else ''}{asked if comparison.asked else ''}"
    )


def against_runner_up(comparison: Comparison) -> str:
    """How much better the challenger is than the next best."""
    return f"Next to {comparison.against}: {_gains(comparison)}"


def lost_recall(comparison: Comparison, most: float) -> list[str]:
    """The classes of which the challenger finds too little."""
    return [
        f"Of {recall.images} {label} it finds {100 * recall.ours:.1f} %, where {comparison.against} finds "
        f"{100 * recall.theirs:.1f} %; a class may lose {100 * most:g} points."
        for label, recall in comparison.lost(most).items()
    ]


def ranked(challenger: Candidate, others: Sequence[Candidate]) -> str:
    """The figures by which the challenger was chosen."""
    behind = "; ".join(f"{one.name} {_score(one)}" for one in others)
    return f"{challenger.name} {_score(challenger)}; behind it, {behind}."


def on_test(candidate: Candidate) -> list[str]:
    """What the test split says; a sentence, or none where there is no test split."""
    if not (test := candidate.metrics.get("test")):
        return []
    intervals = test.get("intervals", {})
    if candidate.kind == "class":
        said = (
            f"it is right on {_percent(test['accuracy'])}{_interval(intervals.get('accuracy'), 100, ' %')}, its "
            f"macro-F1 is {test['macro_f1']:.3f} (commonest class: {_percent(test['majority_accuracy'])})"
        )
    else:
        said = (
            f"it errs by {test['mae']:.1f} years on average{_interval(intervals.get('mae'), 1, '')} (median year: "
            f"{test['baseline_mae']:.1f})"
        )
    return [f"On {test['images']} test images, which had no part in the choice, {said}."]


def _gains(comparison: Comparison) -> str:
    texts = {
        "accuracy": lambda d: _gain(d, "accuracy", 100, " points"),
        "macro_f1": lambda d: _gain(d, "macro-F1", 1, "", digits=3),
        "mae": lambda d: _gain(d, "the mean error", 1, " years"),
    }
    return " ".join(texts[name](difference) for name, difference in comparison.differences.items())


def _gain(difference: Difference, metric: str, scale: float, unit: str, digits: int = 1) -> str:
    def text(value: float) -> str:
        return f"{abs(scale * value):.{digits}f}{unit}"

    head = metric[0].upper() + metric[1:]
    if difference.mean == difference.low == difference.high == 0:
        return f"{head} is the same."
    found = f"{head} is {text(difference.mean)} {'better' if difference.mean >= 0 else 'worse'}"
    if difference.better:
        return f"{found}, at least {text(difference.low)} with 95 % confidence."
    if difference.low > 0:
        return f"{found}, which too few groups ({difference.groups}) attest to."
    if difference.worse:
        return f"{found}, at least {text(difference.high)} with 95 % confidence."
    worst = "no better" if text(difference.low) == text(0) else f"{text(difference.low)} worse"
    return f"{found}, which is not beyond chance: with 95 % confidence it can still be {worst}."


def _reached(scores: dict[str, float]) -> str:
    if "mae" in scores:
        return f"errs by {scores['mae']:.1f} years on average"
    return f"is right on {_percent(scores['accuracy'])}"


def _score(candidate: Candidate) -> str:
    val = candidate.metrics["val"]
    if candidate.kind == "year":
        return f"errs by {val['mae']:.1f} years on average"
    return f"has macro-F1 {val['macro_f1']:.3f} and is right on {_percent(val['accuracy'])}"


def _interval(bounds: Any, scale: float, unit: str) -> str:
    return f" (95 % interval {scale * bounds[0]:.1f} to {scale * bounds[1]:.1f}{unit})" if bounds else ""


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
