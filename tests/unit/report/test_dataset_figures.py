"""How balanced classes are, what a recipe does about it, and what a reason of quarantine is about."""

import numpy as np
import pytest

from fototeca.collections.recipe import Recipe
from fototeca.report.data.balance import measure_balance, treatments
from fototeca.report.data.drawings import BINS, class_bars, year_histogram
from fototeca.report.data.refusals import kind_of

COUNTS = {"other": 900, "crater": 90, "spider": 10}


def test_classes_of_equal_size_count_in_full() -> None:
    balance = measure_balance({"a": 50, "b": 50}, ["a", "b"])
    assert balance.effective == pytest.approx(2)
    assert (balance.ratio, balance.absent) == (1, [])


def test_rare_and_absent_classes_are_named() -> None:
    balance = measure_balance(COUNTS, ["other", "crater", "spider", "edge"])
    assert (balance.rarest, balance.commonest, balance.absent) == ("spider", "other", ["edge"])
    assert balance.ratio == 90
    assert 1 < balance.effective < 2


def test_without_training_images_there_is_no_balance() -> None:
    with pytest.raises(ValueError, match="no training images"):
        measure_balance({}, ["a"])


def test_architectures_whose_recipes_treat_classes_alike_are_joined() -> None:
    plain, sampled = Recipe(), Recipe(balance="sampling", balance_power=1, loss="focal")
    nothing, equal = treatments(COUNTS, {"cnn": plain, "cnn_small": plain, "resnet": sampled})
    assert nothing.architectures == ["cnn", "cnn_small"]
    assert nothing.shares["spider"] == pytest.approx(0.01)
    assert equal.shares == pytest.approx(dict.fromkeys(COUNTS, 1 / 3))
    assert "drawn more often" in equal.words
    assert "focal" in equal.words


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("20x31 is too small: no side may be under 32 pixels", "… is too small"),
        ("its class 12 (labels.txt, line 9) is unknown; the collection has 0 other", "its class … is unknown"),
        (
            "it has the same bytes as a/b 2.jpg, which was taken",
            "it has the same bytes as another file, which was taken",
        ),
        ("its folder 'x' is no class of the collection, which has a, b", "its folder … is no class of the collection"),
        ("its date, 1860, is not within 1863 to 1991, the years", "its date, …, is not within … to …, the years"),
        ("it is empty", "it is empty"),
    ],
)
def test_reasons_that_differ_only_in_the_file_are_of_one_kind(reason: str, kind: str) -> None:
    assert kind_of(reason) == kind


def test_a_class_has_a_bar_for_each_split_that_has_it() -> None:
    chart = class_bars({"train": COUNTS, "test": {"other": 5}}, [*COUNTS, "edge"])
    assert [bar.kind for bar in chart.bars] == ["train", "test", "train", "train"]
    assert chart.bars[1].x >= chart.bars[0].x + chart.bars[0].width - 1
    assert chart.up[-1].text == "edge 0"


@pytest.mark.parametrize(("first", "last"), [(1900, 1900), (1900, 1910), (1863, 1991), (1000, 2999)])
def test_a_histogram_of_years_has_a_bar_for_each_span_and_not_too_many(first: int, last: int) -> None:
    years = np.arange(first, last + 1)
    chart = year_histogram(years, np.full(len(years), "train"))
    assert 1 <= len(chart.bars) <= BINS
    assert all(bar.height > 0 for bar in chart.bars)
