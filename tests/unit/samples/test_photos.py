"""The sample of photographs is ready to ingest, says that it is drawn, and is the same for the same seed."""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fototeca import synthetic
from fototeca.collections import load_collection
from fototeca.samples import Sample, draw_photos
from fototeca.samples.photos.plan import SOURCES, Photo, plan_photos
from fototeca.samples.photos.sample import draw_photo

YEARS = range(1863, 1992)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return draw_photos(tmp_path_factory.mktemp("sample"), count=40, uploads=8)


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as content:
        return list(csv.DictReader(content))


def planned(count: int) -> list[Photo]:
    return [photo for album in plan_photos(7, count, 0) for photo in album]


def test_every_image_has_a_caption(sample: Sample) -> None:
    captions = read(sample.source / "photos.csv")
    assert list(captions[0]) == ["file", "title", "year", "precision", "place", "source", "group"]
    assert {row["file"] for row in captions} == {file.name for file in (sample.source / "images").iterdir()}
    assert len(captions) == 40


def test_every_image_says_that_it_is_synthetic(sample: Sample) -> None:
    assert "synthetic" in (sample.source / synthetic.FILE).read_text()
    for file in [*(sample.source / "images").iterdir(), *sample.uploads.iterdir()]:
        with Image.open(file) as image:
            assert (image.format, image.mode) == ("JPEG", "RGB")
            assert sorted(image.size) == [240, 320]
            assert synthetic.is_drawn(image.info["comment"])


def test_the_truth_of_the_uploads_lies_beside_them(sample: Sample) -> None:
    truth = {row["file"]: int(row["year"]) for row in read(sample.uploads.parent / "truth.csv")}
    assert set(truth) == {file.name for file in sample.uploads.iterdir()}
    assert all(year in YEARS for year in truth.values())
    assert not set(truth) & {row["file"] for row in read(sample.source / "photos.csv")}


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(sample: Sample, tmp_path: Path) -> None:
    def contents(drawn: Sample) -> list[bytes]:
        return [file.read_bytes() for file in sorted(drawn.source.rglob("*")) if file.is_file()]

    assert contents(draw_photos(tmp_path, count=40, uploads=8)) == contents(sample)
    assert contents(draw_photos(tmp_path, seed=8, count=40, uploads=8)) != contents(sample)


def test_a_photographs_name_tells_nothing_of_its_year() -> None:
    assert not [photo for photo in planned(300) if str(photo.year) in photo.file.partition("-")[2]]


def test_an_album_is_of_one_source_and_close_in_time() -> None:
    albums: dict[str, list[Photo]] = defaultdict(list)
    for photo in planned(600):
        albums[photo.album.name].append(photo)
    for photos in albums.values():
        assert len(photos) <= 8
        assert max(photo.year for photo in photos) - min(photo.year for photo in photos) < 10
    assert {photo.album.source for photo in planned(600)} == set(SOURCES)


def test_some_years_are_known_by_the_decade_and_some_are_guessed() -> None:
    photos = planned(1500)
    decades = [photo for photo in photos if photo.precision == "decade"]
    guessed = [photo for photo in photos if photo.written_year.startswith("c. ")]
    assert 0.06 < len(decades) / len(photos) < 0.10
    assert 0.03 < len(guessed) / len(photos) < 0.05
    assert all(photo.year // 10 * 10 == int(photo.written_year) for photo in decades)


def test_every_class_has_photographs_and_early_ones_are_rarer() -> None:
    years = load_collection("photos").years
    assert years is not None
    photos = planned(1500)
    assert {years.label_of(photo.year) for photo in photos} == set(years.labels)
    early, late = (sum(photo.year in span for photo in photos) for span in (range(1865, 1885), range(1965, 1985)))
    assert early < 0.8 * late


def test_tone_and_sharpness_change_as_those_of_film_did() -> None:
    def drawn(years: range, source: str) -> list[np.ndarray]:
        some = [photo for photo in planned(1500) if photo.year in years and photo.album.source == source][:12]
        return [draw_photo(photo).astype(float) for photo in some]

    def warmth(pictures: list[np.ndarray]) -> float:
        return float(np.mean([picture[..., 0].mean() - picture[..., 2].mean() for picture in pictures]))

    def depth(pictures: list[np.ndarray]) -> float:
        return float(np.mean([np.percentile(picture, 2) for picture in pictures]))

    albums = {years: drawn(years, "family album") for years in (range(1863, 1885), range(1930, 1950))}
    early, middle = albums.values()
    assert warmth(early) > warmth(middle) + 10
    assert depth(early) > depth(middle) + 10
    late = drawn(range(1980, 1992), "press")
    assert max(abs(picture[..., 0] - picture[..., 2]).mean() for picture in late) < 1
