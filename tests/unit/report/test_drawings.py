"""What the drawings of a report show."""

import math
from itertools import pairwise

import numpy as np
import pytest

from fototeca.report.curves import charts
from fototeca.report.dating import POINTS, bias_chart, scatter
from fototeca.report.drawing import round_steps, shortened
from fototeca.report.figures import ACCURACY
from fototeca.report.forest import Reached, forest
from fototeca.report.reliability import reliability_charts

BINS = [
    {"low": 0.4, "high": 0.5, "images": 10, "confidence": 0.45, "accuracy": 0.3},
    {"low": 0.9, "high": 1.0, "images": 90, "confidence": 0.95, "accuracy": 0.9},
]


def test_a_history_becomes_a_chart_of_each_quantity() -> None:
    drawn = charts(
        {
            "loss": [2.0, 1.0],
            "val_loss": [2.0, 1.5],
            "accuracy": [0.5, 0.9],
            "val_accuracy": [0.5, 0.8],
            "learning_rate": [0.001, 0.0005],
        }
    )
    assert [chart.title for chart in drawn] == ["Loss by epoch", "Accuracy by epoch", "Learning rate by epoch"]
    assert drawn[1].description == "Accuracy over 2 epochs. On training it ends at 0.9. On validation it ends at 0.8."
    assert [tick.text for tick in drawn[1].up] == [f"{share}\u202f%" for share in (0, 20, 40, 60, 80, 100)]
    assert [tick.text for tick in drawn[0].across] == ["1", "2"]


def test_each_phase_of_training_is_marked_where_it_begins() -> None:
    phases = [{"name": "frozen", "epochs": 2}, {"name": "fine-tuning", "epochs": 1}, {"name": "none", "epochs": 0}]
    (loss,) = charts({"loss": [3.0, 2.0, 1.0], "phases": phases})
    assert [mark.text for mark in loss.marks] == ["frozen", "fine-tuning"]
    assert loss.marks[1].at == loss.frame.x(3)


@pytest.mark.parametrize("gap", [float("nan"), None])
def test_a_loss_that_is_no_number_is_left_out_of_its_curve(gap: float | None) -> None:
    (loss,) = charts({"loss": [1.0, gap, 0.5]})
    assert loss.lines[0].points.count(",") == 2


def test_without_a_history_nothing_is_drawn() -> None:
    assert charts({}) == []
    assert len(charts({"val_loss": [1.0]})) == 1


def test_reliability_is_drawn_before_and_after_calibration() -> None:
    before, after = reliability_charts(
        {"reliability": BINS, "ece": 0.02, "uncalibrated": {"reliability": BINS[:1], "ece": 0.15}}
    )
    assert before.title == "Before calibration: error 15.0\u202f%"
    assert (len(before.dots), len(after.dots)) == (1, 2)
    assert after.dots[1].radius > after.dots[0].radius
    assert "90 images: 95.0\u202f% sure, 90.0\u202f% right." in after.description


def test_reliability_that_was_not_measured_is_not_drawn() -> None:
    assert reliability_charts({"uncalibrated": None}) == []


def test_of_many_photographs_a_scatter_shows_some_and_says_so() -> None:
    years = np.linspace(1860, 1990, 50_000)
    chart = scatter(years, years + 5)
    assert len(chart.dots) == POINTS
    assert "(800 of 50\u202f000 are drawn)" in chart.title
    assert "drawn" not in scatter(years[:10], years[:10]).title


def test_a_bar_of_bias_stands_above_zero_where_photographs_are_dated_too_late() -> None:
    decades = [
        {"decade": "1900s", "images": 9, "bias": 4.0, "mae": 5.0},
        {"decade": "1910s", "images": 9, "bias": -2.0, "mae": 5.0},
    ]
    late, early = bias_chart(decades).bars
    assert (late.kind, early.kind) == ("late", "early")
    assert late.y + late.height == pytest.approx(early.y, abs=0.2)


def test_networks_side_by_side_have_a_row_each_with_its_interval() -> None:
    rows = [Reached("cnn", 0.8, (0.7, 0.9), "right"), Reached("baseline", 0.5, None, "training")]
    chart = forest(ACCURACY, rows)
    assert [tick.text for tick in chart.up] == ["cnn", "baseline"]
    assert (len(chart.dots), len(chart.lines)) == (2, 1)
    assert chart.description == "cnn: 80.0\u202f%. baseline: 50.0\u202f%."


@pytest.mark.parametrize(("low", "high"), [(0, 1), (1863, 1991), (0.31, 0.34), (0, 1e-4)])
def test_ticks_are_round_numbers_within_the_axis(low: float, high: float) -> None:
    steps = round_steps(low, high)
    assert 2 <= len(steps) <= 6
    assert all(low - 1e-9 <= step <= high + 1e-9 for step in steps)
    assert len({round(math.fabs(b - a), 9) for a, b in pairwise(steps)}) == 1


def test_a_long_name_is_shortened() -> None:
    assert shortened("x" * 40) == "x" * 21 + "…"
