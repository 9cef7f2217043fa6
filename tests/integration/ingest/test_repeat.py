"""Ingesting again: the same adds nothing, more adds only what is new, and a killed ingest can be run again."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from fototeca.archive import keys
from fototeca.archive.log import AppendLog
from fototeca.archive.manifest import read_dataset
from fototeca.context import Context
from fototeca.errors import Conflict, SourceError
from fototeca.ingest import pack
from fototeca.steps.ingest import ingest
from fototeca.synthetic import COMMENT

Picture = Callable[..., bytes]
Rows = Callable[[str], dict[str, dict[str, object]]]


@dataclass(frozen=True)
class Set:
    """A CSV of files and labels that tests write line by line."""

    folder: Path

    def write(self, images: dict[str, tuple[bytes, str]]) -> str:
        self.folder.mkdir(exist_ok=True)
        for name, (content, _) in images.items():
            (self.folder / name).write_bytes(content)
        lines = [f"{name},{label}" for name, (_, label) in images.items()]
        (self.folder / "set.csv").write_text("\n".join(["file,label", *lines]))
        return str(self.folder / "set.csv")


def log(context: Context) -> list[dict[str, object]]:
    return list(AppendLog(context.store, keys.dataset_log("mars")).records())


def objects(context: Context) -> list[str]:
    return [entry.key for entry in context.store.list("")]


def test_the_same_source_twice_adds_nothing(context: Context, landmarks: Path) -> None:
    first = ingest(context, "mars", str(landmarks))
    before = objects(context)
    again = ingest(context, "mars", str(landmarks))
    assert (again.dataset, again.created, again.added, again.images) == (first.dataset, False, 0, 24)
    assert objects(context) == before
    assert [record["dataset"] for record in log(context)] == [first.dataset]


def test_a_later_source_adds_to_the_dataset_and_follows_its_groups(
    context: Context, landmarks: Path, tmp_path: Path, picture: Picture, rows: Rows
) -> None:
    first = ingest(context, "mars", str(landmarks))
    images = {f"ESP_01{n:04d}_0950_RED-9999-r90.jpg": (picture(500 + n), "crater") for n in range(6)}
    second = ingest(context, "mars", Set(tmp_path / "more").write(images))
    assert (second.images, second.added, second.created) == (30, 6, True)
    before, after = rows(first.dataset), rows(second.dataset)
    assert {name: after[name] for name in before} == before
    splits = {row["group"]: row["split"] for row in before.values()}
    assert all(row["split"] == splits[row["group"]] for row in after.values())
    assert [(record["images"], record["added"]) for record in log(context)] == [(24, 24), (30, 6)]


def test_replace_makes_the_dataset_exactly_the_source(
    context: Context, landmarks: Path, tmp_path: Path, picture: Picture, rows: Rows
) -> None:
    ingest(context, "mars", str(landmarks))
    known = (landmarks / "map-proj" / "ESP_010000_0950_RED-0000.jpg").read_bytes()
    source = Set(tmp_path / "other").write({"a.jpg": (picture(900), "crater"), "b.jpg": (known, "spider")})
    result = ingest(context, "mars", source, replace=True)
    assert {name: row["label"] for name, row in rows(result.dataset).items()} == {"a.jpg": "crater", "b.jpg": "spider"}
    assert read_dataset(context.store, "mars", result.dataset)["shards"] == 2


def test_going_back_to_an_earlier_dataset_makes_it_the_newest_again(
    context: Context, landmarks: Path, tmp_path: Path, picture: Picture
) -> None:
    first = ingest(context, "mars", str(landmarks))
    ingest(context, "mars", Set(tmp_path / "other").write({"a.jpg": (picture(900), "crater")}), replace=True)
    back = ingest(context, "mars", str(landmarks), replace=True)
    assert (back.dataset, back.created) == (first.dataset, True)
    assert log(context)[-1]["dataset"] == first.dataset


def test_a_new_label_for_a_known_image_replaces_the_old_one(
    context: Context, tmp_path: Path, picture: Picture, rows: Rows
) -> None:
    images = {f"{n}.jpg": (picture(n), "crater") for n in range(5)}
    ingest(context, "mars", Set(tmp_path / "a").write(images))
    result = ingest(context, "mars", Set(tmp_path / "b").write({"renamed.jpg": (picture(2), "spider")}))
    assert (result.images, result.added, result.relabelled) == (5, 0, 1)
    assert rows(result.dataset)["2.jpg"]["label"] == "spider"


def test_synthetic_images_and_real_ones_are_not_mixed(
    context: Context, landmarks: Path, tmp_path: Path, picture: Picture
) -> None:
    drawn = {f"{n}.jpg": (picture(n, comment=COMMENT), "crater") for n in range(3)}
    first = ingest(context, "mars", Set(tmp_path / "drawn").write(drawn))
    assert first.synthetic
    assert log(context)[0]["synthetic"] is True
    with pytest.raises(SourceError, match=r"holds real images.*synthetic ones.*--replace"):
        ingest(context, "mars", str(landmarks))
    both = drawn | {"real.jpg": (picture(50), "crater")}
    with pytest.raises(SourceError, match=r"mixes synthetic images \(0.jpg\) with real ones \(real.jpg\)"):
        ingest(context, "mars", Set(tmp_path / "both").write(both), replace=True)
    assert not ingest(context, "mars", str(landmarks), replace=True).synthetic


def test_a_file_in_the_source_marks_all_its_images_as_synthetic(context: Context, landmarks: Path, rows: Rows) -> None:
    (landmarks / "SYNTHETIC.txt").write_text("drawn")
    result = ingest(context, "mars", str(landmarks))
    assert result.synthetic
    assert result.refused == 0
    assert all(row["synthetic"] for row in rows(result.dataset).values())


def test_an_ingest_that_was_killed_leaves_nothing_to_see_and_can_be_run_again(
    context: Context, landmarks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack, "SHARD_BYTES", 10_000)

    def killed(done: int, total: int | None, what: str) -> None:
        if what == "writing the manifest":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(context, "mars", str(landmarks), progress=killed)
    assert not log(context)
    assert not list(context.store.list("archive/mars/datasets/"))
    assert not (context.scratch / "ingest" / "mars").exists()
    shards = list(context.store.list("archive/mars/shards/"))
    assert len(shards) > 1
    assert ingest(context, "mars", str(landmarks)).images == 24
    assert list(context.store.list("archive/mars/shards/")) == shards


def test_one_killed_between_manifest_and_log_is_completed(context: Context, landmarks: Path) -> None:
    first = ingest(context, "mars", str(landmarks))
    context.store.delete([f"{keys.dataset_log('mars')}00000001.json"])
    again = ingest(context, "mars", str(landmarks))
    assert (again.dataset, again.created) == (first.dataset, True)
    assert len(log(context)) == 1


def test_two_ingests_at_once_both_count(
    context: Context, landmarks: Path, tmp_path: Path, picture: Picture, rows: Rows
) -> None:
    elsewhere = Context(context.settings.model_copy(update={"home": tmp_path / "elsewhere"}), context.store)
    source = Set(tmp_path / "more").write({"a.jpg": (picture(900), "crater")})

    def meanwhile(done: int, total: int | None, what: str) -> None:
        if what == "writing the manifest":
            ingest(elsewhere, "mars", source)

    result = ingest(context, "mars", str(landmarks), progress=meanwhile)
    assert (result.images, result.added) == (25, 24)
    assert {"a.jpg", "ESP_010000_0950_RED-0000.jpg"} <= set(rows(result.dataset))
    assert [record["images"] for record in log(context)] == [1, 25]


def test_on_one_machine_a_second_ingest_of_the_collection_is_told_to_wait(context: Context, landmarks: Path) -> None:
    def meanwhile(done: int, total: int | None, what: str) -> None:
        ingest(context, "mars", str(landmarks))

    with pytest.raises(Conflict, match="Another ingest of mars"):
        ingest(context, "mars", str(landmarks), progress=meanwhile)
