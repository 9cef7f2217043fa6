"""The page about a dataset, made from what ingest left in a real bucket."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fototeca.archive import keys
from fototeca.context import Context, Progress
from fototeca.errors import InvalidDataset
from fototeca.steps.describe import Description, describe


def made_up(
    context: Context, about: dict[str, Any], architecture: str, weights: str, progress: Progress
) -> NDArray[np.float32]:
    """Features of nothing, at once."""
    return np.random.default_rng(7).normal(size=(about["images"], 12)).astype(np.float32)


def section(page: str, name: str) -> str:
    found = re.search(rf'<section id="{name}">.*?</section>', page, re.DOTALL)
    assert found
    return " ".join(re.sub("<.*?>", " ", found[0]).split())


@pytest.fixture
def landmarks(context: Context, mars: list[Any]) -> Description:
    return describe(context, "mars", features=made_up)


@pytest.fixture
def page(landmarks: Description) -> str:
    return Path(landmarks.path).read_text()


@pytest.fixture
def photographs(context: Context, photos: list[Any]) -> str:
    return Path(describe(context, "photos", features=made_up).path).read_text()


def test_the_page_says_where_the_images_are_and_how_many(context: Context, page: str) -> None:
    where = section(page, "where")
    for said in (context.store.bucket, "archive/mars/shards/", "1 shard", "227 to 227 pixels", "grey 160"):
        assert said in where
    assert "<h1>160 images of 8 classes</h1>" in page


def test_the_page_counts_each_class_in_each_split(landmarks: Description, page: str) -> None:
    counts = landmarks.counts
    row = " ".join(str(counts[split]["crater"]) for split in ("train", "val", "test"))
    assert f"crater {row} dark dune" in section(page, "classes")
    assert 'class="train"' in page


def test_the_page_says_how_balanced_the_classes_are_and_what_is_done(landmarks: Description, page: str) -> None:
    balance = section(page, "balance")
    assert f"{landmarks.effective_classes:.1f} equally common classes" in balance
    assert re.search(r"(counts the same|count more|drawn more often)", balance)


def test_the_learning_curve_is_read(landmarks: Description, page: str) -> None:
    (curve,) = landmarks.curves
    assert [point["share"] for point in curve["points"]] == [0.1, 0.25, 0.5, 1.0]
    assert curve["verdict"] in section(page, "enough")


def test_without_the_curve_no_image_is_looked_at(context: Context, mars: list[Any]) -> None:
    description = describe(context, "mars", curve=False)
    assert description.curves == []
    assert "fototeca describe mars --dataset 0123abcd" in section(Path(description.path).read_text(), "enough")


def test_what_was_quarantined_is_counted_by_kind_of_reason(landmarks: Description, page: str) -> None:
    assert landmarks.quarantined == 5
    assert landmarks.reasons == {"it is no JPEG or PNG image": 2, "… is too small": 2, "its class … is unknown": 1}
    assert "&lt;img src=x onerror=alert(1)&gt;.jpg" in section(page, "refused")


def test_images_that_look_the_same_in_different_splits_are_shown(page: str) -> None:
    alike = section(page, "alike")
    assert "2 images of different originals" in alike
    assert "across splits in 1" in alike
    assert page[page.index('id="alike"') : page.index('id="refused"')].count("<img") == 2


def test_each_class_has_examples(page: str) -> None:
    examples = page[page.index('id="examples"') :]
    assert examples.count("<img") == 8 * 6
    assert all(re.search(r'alt="[^"]+"', image) for image in re.findall(r"<img [^>]*>", page))


def test_dated_photographs_have_a_histogram_and_what_is_known_of_each_year(photographs: str) -> None:
    dates = section(photographs, "dates")
    assert "130 photographs of 1865 to" in dates
    assert "The year of 10 photographs is doubtful" in dates
    assert re.search(r"to the year \d+ within 10 years \d+ less exactly 10", dates)


def test_dated_photographs_have_a_learning_curve_over_years_too(photographs: str) -> None:
    assert "Mean error in years on validation" in section(photographs, "enough")


def test_each_source_has_its_years(photographs: str) -> None:
    sources = section(photographs, "sources")
    assert re.search(r"municipal archive \d+ \d+ 18\d\d to 19\d\d", sources)
    assert "Foto &lt;b&gt;Studio&lt;/b&gt;" in sources


def test_landmarks_have_neither_years_nor_sources(page: str) -> None:
    assert 'id="dates"' not in page
    assert 'id="sources"' not in page


def test_the_page_needs_nothing_from_elsewhere(page: str) -> None:
    assert not re.search(r'(src|href)="(?!data:|#)|<script|<link|@import|url\(', page)
    assert "Synthetic images." in page


def test_the_page_lies_on_this_machine_and_in_the_archive(context: Context, landmarks: Description, page: str) -> None:
    assert Path(landmarks.path) == context.reports / "mars" / "data-0123abcd.html"
    assert context.store.get(keys.dataset("mars", "0123abcd", "describe.html")).decode() == page


def test_a_dataset_that_does_not_exist_is_named(context: Context, mars: list[Any]) -> None:
    with pytest.raises(InvalidDataset, match="mars has no dataset 'cafe'"):
        describe(context, "mars", "cafe")
    with pytest.raises(InvalidDataset, match="has no dataset yet"):
        describe(context, "photos")
