"""The figures that a network is judged by: their names, what they mean, and how they are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from fototeca.report.formats import ABSENT, THIN

Metrics = Mapping[str, Any]
"""The record of one split, as `fototeca.measuring` makes it."""
Unit = Literal["share", "years", "signed years", "number"]


@dataclass(frozen=True)
class Figure:
    """One figure of the metrics."""

    name: str
    """Its name in the metrics."""
    title: str
    means: str
    """What it says, for people who meet it first here."""
    unit: Unit
    baseline: str = ""
    """Name, in the metrics, of what answering without looking reaches; empty where there is none."""
    high_is_good: bool = True

    def value(self, metrics: Metrics) -> float | None:
        """The figure itself; none where it was not measured."""
        value = metrics.get(self.name)
        return None if value is None else float(value)

    def interval(self, metrics: Metrics) -> tuple[float, float] | None:
        """Where it lies with 95 % confidence; none where that was not measured."""
        bounds = metrics.get("intervals", {}).get(self.name)
        return None if bounds is None else (float(bounds[0]), float(bounds[1]))

    def baseline_value(self, metrics: Metrics) -> float | None:
        """What answering without looking reaches."""
        value = metrics.get(self.baseline)
        return None if value is None else float(value)

    def text(self, value: float | None) -> str:
        """A value, as people write it."""
        if value is None:
            return ABSENT
        return f"{self._bare(value)}{THIN}%" if self.unit == "share" else self._bare(value)

    def interval_text(self, metrics: Metrics, word: str = "to") -> str:
        """The interval, as people write it, with this word between its bounds; empty where there is none."""
        bounds = self.interval(metrics)
        return "" if bounds is None else f"{self._bare(bounds[0])} {word} {self.text(bounds[1])}"

    def _bare(self, value: float) -> str:
        shown = {"share": f"{100 * value:.1f}", "years": f"{value:.1f}", "signed years": f"{value:+.1f}"}
        return shown.get(self.unit, f"{value:.3f}").replace("-", "−")


ACCURACY = Figure("accuracy", "Accuracy", "share of the images that got their label", "share", "majority_accuracy")
MACRO_F1 = Figure(
    "macro_f1",
    "Macro F1",
    "how well a class is recognized, averaged over the classes, so that rare ones count as much as common ones",
    "share",
    "majority_macro_f1",
)
TOP_2 = Figure("top2", "Top 2", "share of the images whose label is the first or the second guess", "share")
LOG_LOSS = Figure(
    "log_loss", "Log loss", "how far the probabilities are from the truth; 0 is perfect", "number", high_is_good=False
)
CALIBRATION = Figure(
    "ece",
    "Calibration error",
    "how far the probability that is stated is from the share that is right (expected calibration error)",
    "share",
    high_is_good=False,
)
MAE = Figure(
    "mae",
    "Mean error",
    "by how many years a photograph is misdated on average, early or late (MAE)",
    "years",
    "baseline_mae",
    high_is_good=False,
)
RMSE = Figure("rmse", "RMSE", "the same, large errors counting more, in years", "years", high_is_good=False)
WITHIN_5 = Figure("within_5", "Within 5 years", "share of the photographs misdated by 5 years at most", "share")
WITHIN_10 = Figure("within_10", "Within 10 years", "share of the photographs misdated by 10 years at most", "share")
BIAS = Figure(
    "bias", "Bias", "mean of predicted less true year: below 0, photographs are dated too early", "signed years"
)

OF_CLASSES = (ACCURACY, MACRO_F1, TOP_2, LOG_LOSS, CALIBRATION)
OF_YEARS = (MAE, RMSE, WITHIN_5, WITHIN_10, BIAS)


def dates(result: Mapping[str, Any]) -> bool:
    """Whether a run's network answers with a year, and not with a class."""
    return bool(result.get("task", "classification") != "classification")


def figures_of(result: Mapping[str, Any]) -> tuple[Figure, ...]:
    """The figures of a run, the one that counts first."""
    return OF_YEARS if dates(result) else OF_CLASSES
