"""The sample is laid out as the published set, says that it is drawn, and is the same for the same seed."""

import csv
import io
from collections import Counter
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image

from fototeca import synthetic
from fototeca.collections import load_collection
from fototeca.samples import Sample, draw_landmarks
from fototeca.samples.mars.plan import LABELS, plan_landmarks

COPIES = ("-r90", "-r180", "-r270", "-fh", "-fv", "-brt")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return draw_landmarks(tmp_path_factory.mktemp("sample"), originals=36, uploads=8)


def lines(sample: Sample, name: str) -> list[list[str]]:
    with ZipFile(sample.source) as archive:
        return [line.split() for line in archive.read(name).decode().splitlines()]


def test_the_zip_is_laid_out_as_version_3_2(sample: Sample) -> None:
    split = lines(sample, "labels-map-proj-v3_2_train_val_test.txt")
    with ZipFile(sample.source) as archive:
        images = {
            name.removeprefix("map-proj-v3_2/") for name in archive.namelist() if name.startswith("map-proj-v3_2/")
        }
        classes = archive.read("landmarks_map-proj-v3_2_classmap.csv").decode().splitlines()
    assert {line[0] for line in split} == images
    assert [line[:2] for line in split] == lines(sample, "labels-map-proj-v3_2.txt")
    assert classes == [f"{number},{label}" for number, label in enumerate(load_collection("mars").labels)]


def test_only_training_and_validation_originals_have_copies(sample: Sample) -> None:
    split = {line[0].removesuffix(".jpg"): line[2] for line in lines(sample, "labels-map-proj-v3_2_train_val_test.txt")}
    originals = {stem for stem in split if not stem.endswith(COPIES)}
    assert len(originals) == 36
    for stem in originals:
        copies = [split.get(stem + suffix) for suffix in COPIES]
        assert copies == [None if split[stem] == "test" else split[stem]] * len(COPIES)


def test_every_image_says_that_it_is_synthetic(sample: Sample) -> None:
    with ZipFile(sample.source) as archive:
        assert "synthetic" in archive.read(synthetic.FILE).decode()
        contents = [archive.read(name) for name in archive.namelist() if name.endswith(".jpg")]
    contents += [file.read_bytes() for file in sample.uploads.iterdir()]
    for content in contents:
        image = Image.open(io.BytesIO(content))
        assert (image.format, image.mode, image.size) == ("JPEG", "L", (227, 227))
        assert synthetic.is_drawn(image.info["comment"])


def test_uploads_are_of_observations_of_their_own_and_their_truth_lies_beside(sample: Sample) -> None:
    with (sample.uploads.parent / "truth.csv").open() as file:
        truth = {row["file"]: row["label"] for row in csv.DictReader(file)}
    assert set(truth) == {file.name for file in sample.uploads.iterdir()}
    assert set(truth.values()) <= set(LABELS)
    known = {line[0].rpartition("-")[0] for line in lines(sample, "labels-map-proj-v3_2.txt")}
    assert not known & {name.rpartition("-")[0] for name in truth}


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(sample: Sample, tmp_path: Path) -> None:
    again = draw_landmarks(tmp_path, originals=36, uploads=8)
    other = draw_landmarks(tmp_path, seed=8, originals=36, uploads=8)
    assert again.source.read_bytes() == sample.source.read_bytes()
    assert other.source.read_bytes() != sample.source.read_bytes()


def test_a_sample_that_is_there_is_not_drawn_again(sample: Sample) -> None:
    folder = sample.source.parent.parent
    before = sample.source.stat().st_mtime_ns
    assert draw_landmarks(folder, originals=36, uploads=8) == sample
    assert sample.source.stat().st_mtime_ns == before


def test_one_that_was_interrupted_leaves_nothing(tmp_path: Path) -> None:
    def interrupted(done: int, total: int | None, what: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw_landmarks(tmp_path, originals=36, uploads=8, progress=interrupted)
    assert not list(tmp_path.iterdir())


def test_every_split_has_all_classes_and_other_is_the_most_frequent() -> None:
    counts: dict[str, Counter[str]] = {}
    for landmarks in plan_landmarks(7, 540, series=0):
        for landmark in landmarks:
            counts.setdefault(landmark.observation.split, Counter())[landmark.label] += 1
    for labels in counts.values():
        assert set(labels) == set(LABELS)
    total = sum(counts.values(), Counter[str]())
    assert 0.40 < total["other"] / total.total() < 0.55
