"""The figures and drawings of a report."""

import pytest

from fototeca.report.confusion import by_class, majority_f1, rows
from fototeca.report.curves import charts

MATRIX = [[8, 2, 0], [1, 3, 0], [0, 0, 0]]


def test_a_cell_has_its_share_of_its_row() -> None:
    first = rows(MATRIX)[0]
    assert [(cell.count, cell.share, cell.right) for cell in first] == [
        (8, 0.8, True),
        (2, 0.2, False),
        (0, 0.0, False),
    ]


def test_each_class_has_precision_recall_and_f1() -> None:
    crater = by_class(["other", "crater", "spider"], MATRIX)[1]
    assert (crater.images, crater.predicted) == (4, 5)
    assert (crater.precision, crater.recall) == (0.6, 0.75)
    assert crater.f1 == pytest.approx(2 / 3)


def test_a_class_without_images_has_no_figures() -> None:
    spider = by_class(["other", "crater", "spider"], MATRIX)[2]
    assert (spider.precision, spider.recall, spider.f1) == (None, None, None)


def test_always_giving_one_label_is_measured_over_the_classes_that_have_images() -> None:
    assert majority_f1([[10, 0, 0], [10, 0, 0], [0, 0, 0]], accuracy=0.5) == pytest.approx((2 / 3) / 2)


def test_only_validation_accuracy_is_drawn_where_training_has_none() -> None:
    (accuracy,) = charts({"val_accuracy": [0.5, 0.8]})
    assert [line.split for line in accuracy.lines] == ["validation"]


def test_a_history_becomes_a_chart_of_loss_and_one_of_accuracy() -> None:
    drawn = charts({"loss": [2.0, 1.0], "val_loss": [2.0, 1.5], "accuracy": [0.5, 0.9], "val_accuracy": [0.5, 0.8]})
    assert [chart.title for chart in drawn] == ["Loss", "Accuracy"]
    assert drawn[1].description == "Accuracy over 2 epochs. On training it ends at 0.9. On validation it ends at 0.8."
    assert [tick.text for tick in drawn[1].up] == [f"{share}\u202f%" for share in (0, 20, 40, 60, 80, 100)]
    assert [tick.text for tick in drawn[0].up] == ["0", "0.5", "1", "1.5", "2"]
    assert [tick.text for tick in drawn[0].across] == ["1", "2"]


def test_one_epoch_can_be_drawn() -> None:
    (loss,) = charts({"loss": [1.0]})
    assert loss.lines[0].points == "48.0,14.0"


def test_without_a_history_nothing_is_drawn() -> None:
    assert charts({}) == []


def test_a_loss_that_is_no_number_is_left_out_of_its_curve() -> None:
    (loss,) = charts({"loss": [1.0, float("nan"), 0.5]})
    assert loss.lines[0].points.count(",") == 2
