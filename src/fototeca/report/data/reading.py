"""Learning curves in words."""

from dataclasses import dataclass

from fototeca.report.data.learning_curve import LearningCurve
from fototeca.report.formats import percent


@dataclass(frozen=True)
class Reading:
    """What a learning curve says."""

    verdict: str
    """Whether anything is learned, and whether more images would help."""
    figures: str
    """What the verdict rests on."""


def read_curve(curve: LearningCurve) -> Reading:
    """A learning curve in words.

    The step from half of the images to all of them is what doubling the archive once more might bring, or less.
    """
    if not curve.points:
        return Reading(
            "It can't be drawn.",
            "It takes training images of two classes or years, and validation images to measure on.",
        )
    return _read_years(curve) if curve.kind == "years" else _read_classes(curve)


def _read_classes(curve: LearningCurve) -> Reading:
    half, whole = curve.points[-2].scores, curve.points[-1].scores
    if whole["accuracy"] - curve.baseline < curve.noise:
        verdict = "Next to nothing is learned from these images: more are needed, or other labels."
    elif whole["accuracy"] - half["accuracy"] > curve.noise:
        verdict = "The curve is still rising: more images would probably help."
    elif whole["macro_f1"] - half["macro_f1"] > curve.noise:
        verdict = "Accuracy has levelled off, but macro F1 still rises: more images of rare classes would help."
    else:
        verdict = "The curve has levelled off: more images of the same kind would help little."
    return Reading(
        verdict,
        f"With half of the training images {percent(half['accuracy'])} of the {curve.validated} validation images are "
        f"named rightly, with all of them {percent(whole['accuracy'])}; macro F1 goes from {percent(half['macro_f1'])} "
        f"to {percent(whole['macro_f1'])}. Always the commonest class is right on {percent(curve.baseline)}. "
        f"Differences of less than {100 * curve.noise:.1f} points may be chance.",
    )


def _read_years(curve: LearningCurve) -> Reading:
    half, whole = curve.points[-2].scores["mae"], curve.points[-1].scores["mae"]
    if curve.baseline - whole < curve.noise:
        verdict = "Next to nothing about dates is learned from these photographs: more are needed."
    elif half - whole > curve.noise:
        verdict = "The error is still falling: more photographs would probably help."
    else:
        verdict = "The error has levelled off: more photographs of the same kind would help little."
    return Reading(
        verdict,
        f"With half of the training photographs the year is wrong by {half:.1f} years on average over the "
        f"{curve.validated} validation photographs, with all of them by {whole:.1f}. Always the median year is wrong "
        f"by {curve.baseline:.1f}. Differences of less than {curve.noise:.1f} years may be chance.",
    )
