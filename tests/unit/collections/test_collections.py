"""A collection is one YAML file, and what is wrong with it is said."""

from pathlib import Path

import pytest

from fototeca.collections import list_collections, load_collection
from fototeca.errors import CollectionError

GOOD = """
name: ships
title: Ships
description: Ships of a harbour.
labels: [sail, steam]
training: {architectures: [cnn]}
"""


def test_two_archives_come_with_fototeca() -> None:
    assert [collection.name for collection in list_collections()] == ["mars", "photos"]


def test_a_third_archive_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "ships.yaml").write_text(GOOD)
    assert load_collection("ships", tmp_path).labels == ("sail", "steam")
    assert len(list_collections(tmp_path)) == 3


def test_a_label_that_only_old_sources_have_is_a_class_only_where_it_is_used() -> None:
    mars = load_collection("mars")
    assert len(mars.classes({"crater", "swiss cheese"})) == 8
    assert mars.classes({"crater", "edge"})[8] == "edge"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("labels: [sail, steam]", "labels: [sail, sail]"), "must all differ"),
        (("labels: [sail, steam]", "labels: [sail]"), "labels"),
        (("name: ships", "name: boats"), "name: boats, but the file is called ships.yaml"),
        (("title: Ships", "titel: Ships"), "titel"),
        (("title: Ships", "title: Ships\ngroup: '(['"), "no regular expression"),
        (("title: Ships", "title: Ships\ngroup: 'x'"), "needs a parenthesis"),
        (("title: Ships", "title: Ships\nsplit: {train: 0.5}"), "must be 1, not 0.8"),
        (("title: Ships", "title: [Ships"), "ships.yaml"),
        (("labels: [sail, steam]", ""), "at least 2 labels, or `years`"),
        (("title: Ships", "title: Ships\nyears: {earliest: 1900, latest: 1939}"), "leave `labels` out"),
        (
            ("title: Ships", "title: Ships\nyears: {earliest: 1939, latest: 1900}"),
            "earliest (1939) is after latest (1900)",
        ),
        (("title: Ships", "title: Ships\nyears: {earliest: 1900, latest: 1939, span: 50}"), "fewer than 2 classes"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    (tmp_path / "ships.yaml").write_text(GOOD.replace(*change))
    with pytest.raises(CollectionError) as error:
        load_collection("ships", tmp_path)
    assert said in str(error.value)


def test_an_unknown_collection_is_answered_with_the_known_ones() -> None:
    with pytest.raises(CollectionError, match=r"'moon'\. There are: mars, photos"):
        load_collection("moon")
