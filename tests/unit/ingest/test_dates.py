"""Dates are understood as archives write them, and held to the collection's years."""

import pytest

from fototeca.collections import Collection, load_collection
from fototeca.collections.years import Years
from fototeca.ingest.dates import FIRST, LAST, Dating, OutOfRange, PhotoDate, parse_date


@pytest.mark.parametrize(
    ("cell", "precision", "date"),
    [
        ("1934", "", PhotoDate(1934, 1934)),
        ("1934", "year", PhotoDate(1934, 1934)),
        (" 1934-05-17 ", "", PhotoDate(1934, 1934)),
        ("1860", "decade", PhotoDate(1860, 1869)),
        ("1931", "decade", PhotoDate(1930, 1939)),
        ("1930s", "", PhotoDate(1930, 1939)),
        ("1930-1935", "", PhotoDate(1930, 1935)),
        ("1930–1935", "year", PhotoDate(1930, 1935)),
        ("1930 / 1935", "", PhotoDate(1930, 1935)),
        ("before 1900", "", PhotoDate(FIRST, 1899)),
        ("After 1945", "", PhotoDate(1946, LAST)),
        ("c. 1934", "", PhotoDate(1934, 1934, doubtful=True)),
        ("ca 1934", "", PhotoDate(1934, 1934, doubtful=True)),
        ("ca. 1930s", "", PhotoDate(1930, 1939, doubtful=True)),
        ("Circa 1934", "decade", PhotoDate(1930, 1939, doubtful=True)),
        ("about 1934", "", PhotoDate(1934, 1934, doubtful=True)),
        ("1934?", "", PhotoDate(1934, 1934, doubtful=True)),
        ("[1934]", "", PhotoDate(1934, 1934, doubtful=True)),
        ("[c. 1934?]", "", PhotoDate(1934, 1934, doubtful=True)),
    ],
)
def test_a_date_is_a_first_and_a_last_year(cell: str, precision: str, date: PhotoDate) -> None:
    assert parse_date(cell, precision) == date


@pytest.mark.parametrize(
    "cell", ["", "?", "[]", "c.", "193", "19341", "1935s", "1934-13-01", "1930-35", "spring", "1934 BC"]
)
def test_what_is_no_date_is_refused_with_examples(cell: str) -> None:
    with pytest.raises(ValueError, match="no year or date that is understood, which are such as 1934"):
        parse_date(cell)


@pytest.mark.parametrize(
    ("cell", "precision", "said"),
    [("1935-1930", "", "ends before it begins"), ("1934", "month", "none of year, decade")],
)
def test_a_contradictory_date_is_refused(cell: str, precision: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_date(cell, precision)


def photos(span: int) -> Collection:
    collection = load_collection("photos")
    return collection.model_copy(update={"years": Years(earliest=1863, latest=1991, span=span)})


@pytest.mark.parametrize(
    ("cell", "span", "date", "label"),
    [
        ("1934", 10, PhotoDate(1934, 1934), "1930s"),
        ("1860s", 10, PhotoDate(1863, 1869), "1860s"),
        ("1990s", 10, PhotoDate(1990, 1991), "1980s"),
        ("1928-1932", 10, PhotoDate(1928, 1932, doubtful=True), "1930s"),
        ("1928-1932", 20, PhotoDate(1928, 1932), "1920-1939"),
        ("1930s", 5, PhotoDate(1930, 1939, doubtful=True), "1930-1934"),
        ("1980-1991", 10, PhotoDate(1980, 1991, doubtful=True), "1980s"),
        ("before 1880", 20, PhotoDate(1863, 1879), "1860-1879"),
        ("after 1945", 10, PhotoDate(1946, 1991, doubtful=True), "1960s"),
    ],
)
def test_a_date_in_two_classes_or_wider_than_one_is_doubtful(cell: str, span: int, date: PhotoDate, label: str) -> None:
    dating = Dating(photos(span))
    bound = dating.bound(parse_date(cell))
    assert bound == date
    assert dating.label_of(bound) == label


def test_a_label_that_is_known_besides_narrows_a_date() -> None:
    assert Dating(photos(10)).bound(parse_date("1928-1932"), "1920s") == PhotoDate(1928, 1929)
    with pytest.raises(OutOfRange, match="its label '1950s' contradicts its date, 1928-1932"):
        Dating(photos(10)).bound(parse_date("1928-1932"), "1950s")


@pytest.mark.parametrize("cell", ["1860", "1850s", "1992", "after 1991"])
def test_a_date_outside_the_collections_years_says_what_to_do(cell: str) -> None:
    with pytest.raises(OutOfRange, match=r"not within 1863 to 1991, .*photos: correct it, or widen `years`"):
        Dating(photos(10)).bound(parse_date(cell))


def test_where_classes_are_no_years_a_date_is_only_noted() -> None:
    dating = Dating(load_collection("mars"))
    assert dating.bound(parse_date("c. 1934")) == PhotoDate(1934, 1934)
    assert dating.bound(parse_date("before 1900")) is None
    assert dating.label_of(PhotoDate(1934, 1934)) is None


def test_the_year_of_a_decade_is_its_middle() -> None:
    assert parse_date("1930s").year == 1934
