"""Sources say what their images show in several ways."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fototeca.archive.manifest import read_dataset
from fototeca.context import Context
from fototeca.errors import SourceError
from fototeca.steps.ingest import ingest

Picture = Callable[..., bytes]
Rows = Callable[..., dict[str, dict[str, object]]]
CLASS_MAP = "0,other\n1,crater\n2,dark dune\n3,slope streak\n4,bright dune\n5,impact ejecta\n6,swiss cheese\n7,spider\n"


def published(folder: Path, picture: Picture, spelling: str, lines: list[str]) -> Path:
    """Version 3.2's layout with these lines of `file class set`, each file with bytes of its own."""
    (folder / spelling).mkdir(parents=True)
    for number, line in enumerate(lines):
        (folder / spelling / line.split()[0]).write_bytes(picture(number))
    (folder / f"labels-{spelling}.txt").write_text("".join(f"{line.rpartition(' ')[0]}\n" for line in lines))
    (folder / f"labels-{spelling}_train_val_test.txt").write_text("".join(f"{line}\n" for line in lines))
    (folder / "landmarks_map-proj-v3_2_classmap.csv").write_text(CLASS_MAP)
    return folder


def test_in_version_1_class_6_is_edge(context: Context, landmarks: Path, rows: Rows) -> None:
    manifest = rows(ingest(context, "mars", str(landmarks)).dataset)
    labels = {name.rpartition("-")[2]: row["label"] for name, row in manifest.items()}
    assert labels == {"0000.jpg": "other", "0001.jpg": "crater", "0002.jpg": "other", "0003.jpg": "edge"}


@pytest.mark.parametrize("spelling", ["map-proj-v3_2", "map-proj_v3_2"])
def test_version_3_2_keeps_its_published_split_in_both_spellings(
    context: Context, tmp_path: Path, picture: Picture, rows: Rows, spelling: str
) -> None:
    lines = [f"ESP_01{n:04d}_0950_RED-0001{c}.jpg {n} train" for n in range(4) for c in ("", "-r90")]
    lines += ["ESP_020000_0950_RED-0001.jpg 6 val", "ESP_030000_0950_RED-0001.jpg 7 test"]
    result = ingest(context, "mars", str(published(tmp_path / "v3", picture, spelling, lines)))
    manifest = rows(result.dataset)
    assert (result.images, result.refused) == (10, 0)
    assert manifest["ESP_020000_0950_RED-0001.jpg"]["label"] == "swiss cheese"
    assert manifest["ESP_010003_0950_RED-0001-r90.jpg"]["original"] == "ESP_010003_0950_RED-0001"
    assert {name: row["split"] for name, row in manifest.items()} == {
        line.split()[0]: line.split()[2] for line in lines
    }
    about = read_dataset(context.store, "mars", result.dataset)
    assert (about["split_from"], about["leaks"]) == ("source", [])


def test_a_leak_of_a_published_split_is_kept_and_reported(
    context: Context, tmp_path: Path, picture: Picture, caplog: pytest.LogCaptureFixture
) -> None:
    lines = [
        "ESP_010000_0950_RED-0001.jpg 1 train",
        "ESP_010000_0950_RED-0001-fh.jpg 1 test",
        "ESP_020000_0950_RED-0001.jpg 0 train",
        "ESP_020000_0950_RED-0002.jpg 0 val",
        "ESP_030000_0950_RED-0001.jpg 0 test",
        "ESP_040000_0950_RED-0001.jpg 0 train",
    ]
    folder = published(tmp_path / "v3", picture, "map-proj-v3_2", lines)
    images = folder / "map-proj-v3_2"
    (images / "ESP_040000_0950_RED-0001.jpg").write_bytes((images / "ESP_030000_0950_RED-0001.jpg").read_bytes())
    result = ingest(context, "mars", str(folder))
    leaks = read_dataset(context.store, "mars", result.dataset)["leaks"]
    for part in (
        "original ESP_010000_0950_RED-0001 lies in",
        "group ESP_020000_0950_RED lies in",
        "the same bytes are",
    ):
        assert sum(part in leak for leak in leaks) == 1
    assert "leaks between splits" in caplog.text


@pytest.mark.parametrize("above", ["", "wrapped/"])
def test_a_folder_for_each_class_by_name_or_number(
    context: Context, tmp_path: Path, picture: Picture, rows: Rows, above: str
) -> None:
    for number, folder in enumerate(("crater", "Dark_Dune", "7", "volcano")):
        (tmp_path / "set" / above / folder).mkdir(parents=True)
        (tmp_path / "set" / above / folder / "1.jpg").write_bytes(picture(number))
    (tmp_path / "set" / above / "README.txt").write_text("What this is.")
    result = ingest(context, "mars", str(tmp_path / "set"))
    labels = {name: row["label"] for name, row in rows(result.dataset).items()}
    assert labels == {"crater/1.jpg": "crater", "Dark_Dune/1.jpg": "dark dune", "7/1.jpg": "spider"}
    assert result.refused == 1


def test_class_folders_below_split_folders_keep_that_split(
    context: Context, tmp_path: Path, picture: Picture, rows: Rows
) -> None:
    for number, split in enumerate(("train", "val", "test")):
        (tmp_path / "set" / split / "crater").mkdir(parents=True)
        (tmp_path / "set" / split / "crater" / f"{number}.jpg").write_bytes(picture(number))
    manifest = rows(ingest(context, "mars", str(tmp_path / "set")).dataset)
    assert [row["split"] for row in manifest.values()] == ["test", "train", "val"]


@pytest.mark.parametrize("beside", [".", "images"])
@pytest.mark.parametrize("given", ["photos.csv", "."])
def test_a_csv_of_files_and_years_gives_decades(
    context: Context, tmp_path: Path, picture: Picture, rows: Rows, beside: str, given: str
) -> None:
    (tmp_path / "set" / beside).mkdir(parents=True, exist_ok=True)
    for year in (1864, 1869, 1931, 1989):
        (tmp_path / "set" / beside / f"{year}.jpg").write_bytes(picture(year, mode="RGB"))
    lines = ["file,title,year,precision", "1864.jpg,A,1864,year", "1869.jpg,B,1869,year"]
    lines += ["1931.jpg,C,1931,decade", "1989.jpg,D,1989,year"]
    (tmp_path / "set" / "photos.csv").write_text("\n".join(lines))
    result = ingest(context, "photos", str(tmp_path / "set" / given))
    manifest = rows(result.dataset, "photos")
    found = {name: (row["label"], row["year"]) for name, row in manifest.items()}
    assert found == {
        "1864.jpg": ("1860s", 1864),
        "1869.jpg": ("1860s", 1869),
        "1931.jpg": ("1930s", 1934),
        "1989.jpg": ("1980s", 1989),
    }
    assert result.refused == 0


def test_a_csv_may_name_labels_groups_and_splits(
    context: Context, tmp_path: Path, picture: Picture, rows: Rows
) -> None:
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(picture(number))
    (tmp_path / "beside.jpg").write_bytes(picture(9))
    (tmp_path / "set.csv").write_text(
        "file,label,group,split\n0.jpg,Crater,a,val\n1.jpg,other,a,val\n2.jpg,spider,b,\n"
    )
    result = ingest(context, "mars", str(tmp_path / "set.csv"))
    manifest = rows(result.dataset)
    assert [(row["label"], row["group"]) for row in manifest.values()] == [
        ("crater", "a"),
        ("other", "a"),
        ("spider", "b"),
    ]
    assert manifest["0.jpg"]["split"] == "val"
    assert result.refused == 0


def test_two_sets_in_one_folder_are_not_guessed_at(context: Context, landmarks: Path) -> None:
    (landmarks / "labels-map-proj-v3_2.txt").write_text("a.jpg 1\n")
    with pytest.raises(SourceError, match="2 label files"):
        ingest(context, "mars", str(landmarks))
