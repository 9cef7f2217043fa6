"""An archive of dated photographs names its years, and its classes follow from them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fototeca.collections import load_collection
from fototeca.collections.years import Years

SHIPS = """
name: ships
title: Ships
description: Ships of a harbour.
years: {earliest: 1863, latest: 1991, span: 20}
training: {architectures: [cnn]}
"""


def test_photos_has_the_decades_from_the_1860s_to_the_1980s() -> None:
    photos = load_collection("photos")
    assert photos.labels == tuple(f"{year}s" for year in range(1860, 1990, 10))
    assert photos.years is not None
    assert (photos.years.all[0], photos.years.all[-1]) == (1863, 1991)


def test_an_archive_without_dates_has_no_years() -> None:
    assert load_collection("mars").years is None


def test_one_setting_makes_classes_of_20_years(tmp_path: Path) -> None:
    (tmp_path / "ships.yaml").write_text(SHIPS)
    ships = load_collection("ships", tmp_path)
    assert ships.labels == (
        *("1860-1879", "1880-1899", "1900-1919", "1920-1939"),
        *("1940-1959", "1960-1979", "1980-1999"),
    )


def test_labels_may_stand_beside_years_that_give_the_same(tmp_path: Path) -> None:
    (tmp_path / "ships.yaml").write_text(
        SHIPS.replace("span: 20}", "span: 100}\nlabels: [1800-1899, 1900-1999]").replace("1863", "1810")
    )
    assert load_collection("ships", tmp_path).labels == ("1800-1899", "1900-1999")


@pytest.mark.parametrize(
    ("year", "label"),
    [
        (1863, "1860s"),
        (1869.9, "1860s"),
        (1870, "1870s"),
        (1990, "1980s"),
        (1991, "1980s"),
        (1700, "1860s"),
        (2050, "1980s"),
    ],
)
def test_a_year_has_a_class_and_one_outside_the_range_the_nearest(year: float, label: str) -> None:
    assert Years(earliest=1863, latest=1991).label_of(year) == label


def test_classes_know_which_years_of_the_range_are_theirs() -> None:
    years = Years(earliest=1863, latest=1991)
    assert years.years_of("1860s") == range(1863, 1870)
    assert years.years_of("1980s") == range(1980, 1992)


def test_a_first_span_of_which_little_lies_in_the_range_joins_the_second() -> None:
    years = Years(earliest=1867, latest=1893)
    assert years.labels == ("1870s", "1880s")
    assert years.years_of("1870s") == range(1867, 1880)
    assert years.years_of("1880s") == range(1880, 1894)


@given(some.integers(1800, 1900), some.integers(60, 200), some.integers(1, 30))
def test_every_year_is_of_one_class(earliest: int, count: int, span: int) -> None:
    years = Years(earliest=earliest, latest=earliest + count, span=span)
    assert [year for label in years.labels for year in years.years_of(label)] == list(years.all)
    assert all(year in years.years_of(years.label_of(year)) for year in years.all)
