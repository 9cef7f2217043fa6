"""Images come from a folder, a zip, a CSV or a bucket prefix, and are the same images."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from fototeca.archive.manifest import read_dataset
from fototeca.archive.shards import fetch_shard, read_image
from fototeca.context import Context
from fototeca.errors import SourceError
from fototeca.ingest import parallel
from fototeca.steps.ingest import ingest

Rows = Callable[[str], dict[str, dict[str, object]]]


def test_a_folder_is_ingested_with_its_original_bytes(context: Context, landmarks: Path, rows: Rows) -> None:
    told: list[tuple[int, int | None]] = []
    result = ingest(context, "mars", str(landmarks), progress=lambda done, total, _: told.append((done, total)))
    assert (result.images, result.added, result.refused, result.duplicates) == (24, 24, 0, 0)
    assert result.created
    assert not result.synthetic
    assert (24, 24) in told
    manifest = rows(result.dataset)
    assert list(manifest) == sorted(manifest)
    for name, row in manifest.items():
        shard = fetch_shard(context.store, "mars", str(row["shard"]), context.scratch)
        content = read_image(shard, int(str(row["offset"])), int(str(row["bytes"])))
        assert content == (landmarks / "map-proj" / name).read_bytes()
        assert row["id"] == hashlib.sha256(content).hexdigest()


def test_dataset_json_says_what_the_dataset_holds(context: Context, landmarks: Path, rows: Rows) -> None:
    result = ingest(context, "mars", str(landmarks))
    about = read_dataset(context.store, "mars", result.dataset)
    assert about["classes"][-1] == "edge"
    assert sum(about["counts"][split]["edge"] for split in ("train", "val", "test")) == 6
    assert sum(about["groups"].values()) == 6
    assert (about["split_from"], about["synthetic"], about["shards"], about["leaks"]) == ("fototeca", False, 1, [])
    assert about["bytes"] == sum(int(str(row["bytes"])) for row in rows(result.dataset).values())


def test_every_kind_of_source_gives_the_same_dataset(
    context: Context, landmarks: Path, zipped: Callable[[Path], Path]
) -> None:
    for file in landmarks.rglob("*.*"):
        context.store.put(f"incoming/v1/{file.relative_to(landmarks)}", file.read_bytes())
    context.store.put("incoming/v1-other/labels-map-proj.txt", b"the neighbour's")
    first = ingest(context, "mars", str(landmarks))
    sources = [str(zipped(landmarks)), f"s3://{context.store.bucket}/incoming/v1", "incoming/v1/"]
    for source in sources:
        again = ingest(context, "mars", source, replace=True)
        assert (again.dataset, again.created) == (first.dataset, False)


def test_several_processes_measure_what_one_measures(
    context: Context, landmarks: Path, zipped: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = ingest(context, "mars", str(landmarks))
    shards = [entry.key for entry in context.store.list("archive/mars/shards/")]
    monkeypatch.setattr(parallel, "WORTH_PROCESSES", 1)
    monkeypatch.setattr(parallel, "IMAGES_PER_TASK", 5)
    context.store.delete(entry.key for entry in list(context.store.list("archive/")))
    two = Context(context.settings.model_copy(update={"workers": 2}), context.store)
    together = ingest(two, "mars", str(zipped(landmarks)))
    assert together.dataset == alone.dataset
    assert [entry.key for entry in context.store.list("archive/mars/shards/")] == shards


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("nowhere", None, "neither on this machine nor in the bucket"),
        ("text.zip", b"no zip at all", "It is no zip, or its end is missing"),
        ("image.jpg", b"\xff\xd8", "can't be read as a source"),
        ("a.csv", b"name,label\n", "no column `file`"),
    ],
)
def test_what_is_no_source_is_named(
    context: Context, tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=reason) as caught:
        ingest(context, "mars", str(tmp_path / name))
    assert name in str(caught.value)


def test_a_folder_that_says_no_labels_is_refused_with_what_it_needs(
    context: Context, tmp_path: Path, picture: Callable[..., bytes]
) -> None:
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "a.jpg").write_bytes(picture(1))
    with pytest.raises(SourceError, match=r"does not say what its images show.*a folder for each class"):
        ingest(context, "mars", str(tmp_path / "some"))
    (tmp_path / "some" / "a.jpg").unlink()
    with pytest.raises(SourceError, match="holds no file"):
        ingest(context, "mars", str(tmp_path / "some"))
