"""Archives of dated photographs: from a caption's date to a class, a year, and what is doubtful."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import pyarrow.parquet as pq
import pytest

from fototeca.archive import keys
from fototeca.archive.manifest import fetch_manifest, read_dataset
from fototeca.collections import load_collection
from fototeca.context import Context
from fototeca.errors import SourceError
from fototeca.samples import draw_photos
from fototeca.steps.ingest import ingest

Picture = Callable[..., bytes]
Rows = Callable[..., dict[str, dict[str, object]]]


@dataclass(frozen=True)
class Photos:
    """Photographs of which a test writes the captions; each name has bytes of its own."""

    context: Context
    folder: Path
    picture: Picture

    def ingest(self, captions: list[str], columns: str = "file,year") -> str:
        for caption in captions:
            name = caption.partition(",")[0]
            (self.folder / name).write_bytes(self.picture(crc32(name.encode()), mode="RGB"))
        (self.folder / "photos.csv").write_text("\n".join([columns, *captions]), encoding="utf-8")
        return ingest(self.context, "photos", str(self.folder)).dataset

    def with_span(self, span: int) -> "Photos":
        """The same photographs in a collection whose classes span other years."""
        folder = self.folder.parent / "collections"
        folder.mkdir(exist_ok=True)
        years = f"years: {{earliest: 1863, latest: 1991, span: {span}}}"
        rest = "{architectures: [cnn]}"
        text = f"name: photos\ntitle: Photographs\ndescription: Dated.\n{years}\ntraining: {rest}\n"
        (folder / "photos.yaml").write_text(text)
        settings = self.context.settings.model_copy(update={"collections": folder})
        return Photos(Context(settings, self.context.store), self.folder, self.picture)

    def reasons(self) -> list[str]:
        """Why photographs were refused."""
        found = self.context.store.list("archive/photos/quarantine/")
        return [self.context.store.get_json(entry.key)["reason"] for entry in found if entry.key.endswith(".json")]


@pytest.fixture
def photos(context: Context, tmp_path: Path, picture: Picture) -> Photos:
    folder = tmp_path / "photos"
    folder.mkdir()
    return Photos(context, folder, picture)


def dates(manifest: dict[str, dict[str, object]]) -> dict[str, tuple[object, ...]]:
    return {
        name: tuple(row[key] for key in ("label", "year", "year_low", "year_high")) for name, row in manifest.items()
    }


def test_a_caption_gives_class_years_source_place_and_group(photos: Photos, rows: Rows) -> None:
    columns = "file,title,year,precision,place,source,group"
    captions = ["a.jpg,Market,1934,year,Carrow,press,n1", "b.jpg,Harbour,1890,decade,,,"]
    manifest = rows(photos.ingest(captions, columns), "photos")
    assert dates(manifest) == {"a.jpg": ("1930s", 1934, 1934, 1934), "b.jpg": ("1890s", 1894, 1890, 1899)}
    assert [manifest["a.jpg"][key] for key in ("source", "place", "group")] == ["press", "Carrow", "n1"]
    assert [manifest["b.jpg"][key] for key in ("source", "place", "group")] == ["", None, "b"]


def test_a_doubtful_date_is_kept_apart_from_every_split(photos: Photos, context: Context, rows: Rows) -> None:
    certain = [f"{number}.jpg,{1900 + number},n{number // 3}" for number in range(30)]
    doubtful = ["c.jpg,c. 1934,n0", "d.jpg,1928-1932,n1", "e.jpg,[1950],n2"]
    dataset = photos.ingest([*certain, *doubtful], "file,year,group")
    splits = {name: row["split"] for name, row in rows(dataset, "photos").items()}
    assert {name for name, split in splits.items() if split == "doubtful"} == {"c.jpg", "d.jpg", "e.jpg"}
    assert set(splits.values()) == {"train", "val", "test", "doubtful"}
    about = read_dataset(context.store, "photos", dataset)
    assert sum(about["counts"]["doubtful"].values()) == 3
    assert (about["split_from"], about["leaks"]) == ("fototeca", [])


def test_a_year_outside_the_range_is_refused_with_line_and_remedy(photos: Photos, rows: Rows) -> None:
    manifest = rows(photos.ingest(["a.jpg,1862", "b.jpg,1992", "c.jpg,1991"]), "photos")
    assert dates(manifest) == {"c.jpg": ("1980s", 1991, 1991, 1991)}
    said = "is not within 1863 to 1991, the years of the collection photos: correct it, or widen `years` in"
    [first, last] = sorted(photos.reasons())
    assert first.startswith(f"its date, 1862, {said}")
    assert first.endswith("(photos.csv, line 2)")
    assert last.endswith("(photos.csv, line 3)")


def test_one_setting_makes_classes_of_20_years(photos: Photos, rows: Rows) -> None:
    captions = ["a.jpg,1934", "b.jpg,1928-1932", "c.jpg,1890s"]
    decades = rows(photos.ingest(captions), "photos")
    assert [row["label"] for row in decades.values()] == ["1930s", "1930s", "1890s"]
    twenties = rows(photos.with_span(20).ingest(captions), "photos")
    assert [row["label"] for row in twenties.values()] == ["1920-1939", "1920-1939", "1880-1899"]
    assert [decades["b.jpg"]["split"], twenties["b.jpg"]["split"] != "doubtful"] == ["doubtful", True]


def test_images_of_an_earlier_source_get_the_new_classes_too(photos: Photos, rows: Rows) -> None:
    photos.ingest(["a.jpg,1934", "b.jpg,1890s"])
    (photos.folder / "a.jpg").unlink()
    (photos.folder / "b.jpg").unlink()
    manifest = rows(photos.with_span(5).ingest(["c.jpg,1950"]), "photos")
    assert {name: row["label"] for name, row in manifest.items()} == {
        "a.jpg": "1930-1934",
        "b.jpg": "1890-1894",
        "c.jpg": "1950-1954",
    }
    assert manifest["b.jpg"]["split"] == "doubtful"


def test_a_date_that_becomes_certain_joins_a_split_and_one_that_becomes_doubtful_leaves_it(
    photos: Photos, rows: Rows
) -> None:
    before = rows(photos.ingest(["a.jpg,c. 1934", "b.jpg,1950", "c.jpg,1960"]), "photos")
    after = rows(photos.ingest(["a.jpg,1936", "b.jpg,1950?", "c.jpg,1960"]), "photos")
    assert [before[name]["split"] == "doubtful" for name in before] == [True, False, False]
    assert [after[name]["split"] == "doubtful" for name in after] == [False, True, False]
    assert after["a.jpg"]["year"] == 1936
    assert after["c.jpg"] == before["c.jpg"]


def test_a_folder_for_each_decade_dates_its_photographs(
    context: Context, tmp_path: Path, picture: Picture, rows: Rows
) -> None:
    for number, decade in enumerate(("1860s", "1930s", "1980s")):
        (tmp_path / "set" / decade).mkdir(parents=True)
        (tmp_path / "set" / decade / "a.jpg").write_bytes(picture(number, mode="RGB"))
    manifest = rows(ingest(context, "photos", str(tmp_path / "set")).dataset, "photos")
    assert dates(manifest) == {
        "1860s/a.jpg": ("1860s", 1866, 1863, 1869),
        "1930s/a.jpg": ("1930s", 1934, 1930, 1939),
        "1980s/a.jpg": ("1980s", 1985, 1980, 1991),
    }
    assert {row["split"] for row in manifest.values()} == {"train", "val", "test"}


def test_a_label_and_a_date_that_contradict_each_other_are_refused(photos: Photos) -> None:
    with pytest.raises(SourceError, match="its label '1950s' contradicts its date, 1934"):
        photos.ingest(["a.jpg,1934,1950s"], "file,year,label")


def test_the_same_bytes_with_dates_that_exclude_each_other_are_refused(photos: Photos, picture: Picture) -> None:
    photos.ingest(["a.jpg,1931", "b.jpg,1938", "c.jpg,1950"])
    (photos.folder / "b.jpg").write_bytes((photos.folder / "a.jpg").read_bytes())
    result = ingest(photos.context, "photos", str(photos.folder))
    assert result.refused == 2
    assert any(
        "it is labelled 1930s 1931, but the same bytes are b.jpg 1930s 1938" in said for said in photos.reasons()
    )


def test_a_dataset_from_before_dates_had_bounds_can_be_built_on(
    context: Context, photos: Photos, rows: Rows, tmp_path: Path
) -> None:

    dataset = photos.ingest(["a.jpg,1934"])
    file = fetch_manifest(context.store, "photos", dataset, context.scratch)
    columns = [name for name in pq.read_schema(file).names if name not in ("year_low", "year_high", "source", "place")]
    pq.write_table(pq.read_table(file, columns=columns), file)
    context.store.upload(file, keys.dataset("photos", dataset, "manifest.parquet"))

    assert dates(rows(dataset, "photos")) == {"a.jpg": ("1930s", 1934, None, None)}
    grown = rows(photos.ingest(["b.jpg,1950"]), "photos")
    assert dates(grown) == {"a.jpg": ("1930s", 1934, 1934, 1934), "b.jpg": ("1950s", 1950, 1950, 1950)}
    assert grown["a.jpg"]["source"] == ""


def test_the_sample_is_ingested_whole(context: Context, tmp_path: Path) -> None:

    sample = draw_photos(tmp_path, count=60, uploads=0)
    result = ingest(context, "photos", str(sample.source))
    assert (result.images, result.refused, result.synthetic) == (60, 0, True)
    assert 0 < result.doubtful < 10
    assert load_collection("photos").labels == tuple(read_dataset(context.store, "photos", result.dataset)["classes"])
