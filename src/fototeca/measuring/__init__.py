"""How good answers are, against the truth, and how sure one can be of it."""

from fototeca.measuring.calibration import (
    apply_temperature,
    expected_calibration_error,
    fit_temperature,
    log_loss,
    reliability,
)
from fototeca.measuring.classes import measure_classes
from fototeca.measuring.conformal import conformal_margin, fit_margin
from fototeca.measuring.paired import Difference, compare_classes, compare_years
from fototeca.measuring.years import measure_years

__all__ = [
    "Difference",
    "apply_temperature",
    "compare_classes",
    "compare_years",
    "conformal_margin",
    "expected_calibration_error",
    "fit_margin",
    "fit_temperature",
    "log_loss",
    "measure_classes",
    "measure_years",
    "reliability",
]
