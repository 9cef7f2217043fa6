"""How the figures of a report are written."""

import pytest

from fototeca.report.confusion import rows
from fototeca.report.figures import ACCURACY, BIAS, MAE, OF_CLASSES, OF_YEARS, TOP_2, figures_of
from fototeca.report.formats import count, duration, many, percent, size

MEASURED = {"accuracy": 0.8824, "majority_accuracy": 0.528, "intervals": {"accuracy": [0.851, 0.909], "top2": None}}


def test_a_figure_has_its_interval_and_its_baseline() -> None:
    assert ACCURACY.text(ACCURACY.value(MEASURED)) == "88.2\u202f%"
    assert ACCURACY.interval_text(MEASURED) == "85.1 to 90.9\u202f%"
    assert ACCURACY.baseline_value(MEASURED) == 0.528


def test_what_was_not_measured_is_a_dash() -> None:
    assert MAE.text(MAE.value(MEASURED)) == "–"
    assert TOP_2.interval_text(MEASURED) == ""
    assert BIAS.baseline_value(MEASURED) is None


def test_a_bias_has_its_sign() -> None:
    assert (BIAS.text(-2.14), BIAS.text(3.0)) == ("−2.1", "+3.0")


@pytest.mark.parametrize(
    ("task", "figures"), [("classification", OF_CLASSES), ("regression", OF_YEARS), ("distribution", OF_YEARS)]
)
def test_a_network_is_judged_by_what_it_answers(task: str, figures: object) -> None:
    assert figures_of({"task": task}) == figures


def test_numbers_are_written_for_people() -> None:
    assert count(17_927_112) == "17\u202f927\u202f112"
    assert percent(None) == "–"
    assert (size(730), size(14_200_000)) == ("730\u202fbytes", "14.2\u202fMB")
    assert (duration(93.2), duration(1893), duration(3 * 3600 + 60)) == (
        "93\u202fs",
        "32\u202fmin",
        "3\u202fh 1\u202fmin",
    )
    assert (many(1, "class", "classes"), many(2, "image")) == ("1 class", "2 images")


def test_a_cell_of_a_confusion_matrix_has_its_share_of_its_row() -> None:
    first, empty = rows([[8, 2], [0, 0]])
    assert [(cell.count, cell.share, cell.right) for cell in first] == [(8, 0.8, True), (2, 0.2, False)]
    assert [cell.share for cell in empty] == [0, 0]
