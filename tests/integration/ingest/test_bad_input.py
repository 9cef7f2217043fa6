"""Whatever a source holds, the good images go on and the rest is kept with its reason."""

import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fototeca.context import Context
from fototeca.errors import SourceError
from fototeca.steps.ingest import ingest

Picture = Callable[..., bytes]
Quarantined = Callable[[], dict[str, dict[str, object]]]
BAD = "map-proj/ESP_990000_0950_RED-0001.jpg"


def with_bad(landmarks: Path, content: bytes) -> Path:
    """The good landmarks, and one labelled file of this content."""
    (landmarks / BAD).write_bytes(content)
    with (landmarks / "labels-map-proj.txt").open("a") as labels:
        labels.write(f"{Path(BAD).name} 1\n")
    return landmarks


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda picture: b"", "it is empty"),
        (lambda picture: b"\0\1\2 no image", "no JPEG or PNG image"),
        (lambda picture: b"%PDF-1.7 a document", "no JPEG or PNG image"),
        (lambda picture: picture(1, size=200)[:2000], "damaged"),
        (lambda picture: picture(1, mode="RGB"), "its mode is RGB"),
        (lambda picture: picture(1, size=16), "too small"),
        (lambda picture: picture(1, kind="GIF"), "no JPEG or PNG image"),
    ],
    ids=["zero-byte", "unreadable", "not-an-image", "truncated", "wrong-mode", "too-small", "other-format"],
)
def test_a_bad_image_is_quarantined_with_its_bytes(
    context: Context,
    landmarks: Path,
    picture: Picture,
    quarantined: Quarantined,
    make: Callable[[Picture], bytes],
    reason: str,
) -> None:
    content = make(picture)
    result = ingest(context, "mars", str(with_bad(landmarks, content)))
    assert (result.images, result.refused) == (24, 1)
    record = quarantined()[BAD]
    assert reason in str(record["reason"])
    assert record["source"] == str(landmarks)
    if content:
        assert context.store.get(f"archive/mars/quarantine/bytes/{record['sha256']}") == content


def test_a_decompression_bomb_is_refused(context: Context, landmarks: Path, quarantined: Quarantined) -> None:
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s2I5B", 13, b"IHDR", 50_000, 50_000, 8, 0, 0, 0, 0)
    bomb += struct.pack(">I", zipfile.crc32(bomb[12:])) + struct.pack(">I4s", 9, b"IDAT") + bytes(9)  # type: ignore[attr-defined]
    assert ingest(context, "mars", str(with_bad(landmarks, bomb))).images == 24
    assert "decompression bomb" in str(quarantined()[BAD]["reason"])


def test_a_file_of_too_many_bytes_is_refused_unread(
    context: Context, landmarks: Path, quarantined: Quarantined
) -> None:
    with_bad(landmarks, b"")
    os.truncate(landmarks / BAD, 64_000_001)
    assert ingest(context, "mars", str(landmarks)).images == 24
    record = quarantined()[BAD]
    assert "64,000,001 bytes" in str(record["reason"])
    assert record["sha256"] is None


def test_an_ending_that_lies_does_no_harm(
    context: Context, landmarks: Path, picture: Picture, rows: Callable[[str], dict[str, dict[str, object]]]
) -> None:
    result = ingest(context, "mars", str(with_bad(landmarks, picture(99, kind="PNG"))))
    assert result.refused == 0
    assert rows(result.dataset)[Path(BAD).name]["format"] == "PNG"


def test_what_the_labels_and_the_files_disagree_on_is_refused(
    context: Context, landmarks: Path, picture: Picture, quarantined: Quarantined
) -> None:
    for name in ("unlabelled.jpg", "twice.jpg", "unknown.jpg", "noted.txt"):
        (landmarks / "map-proj" / name).write_bytes(picture(hash(name) % 1000 + 500))
    with (landmarks / "labels-map-proj.txt").open("a") as labels:
        labels.write(
            "absent.jpg 1\ntwice.jpg 1\ntwice.jpg 2\nunknown.jpg 99\nno class here\n../out.jpg 1\n\nbare.jpg\n"
        )
    result = ingest(context, "mars", str(landmarks))
    reasons = {name: str(record["reason"]) for name, record in quarantined().items()}
    assert result.images == 24
    assert result.refused == len(reasons) == 8
    assert "no label" in reasons["map-proj/unlabelled.jpg"]
    assert "no label" in reasons["map-proj/noted.txt"]
    assert "contradicts itself" in reasons["map-proj/twice.jpg"]
    assert "class 99 (labels-map-proj.txt, line 28) is unknown" in reasons["map-proj/unknown.jpg"]
    assert "labels-map-proj.txt, line 25 names it" in reasons["map-proj/absent.jpg"]
    assert "no `file class`" in reasons["labels-map-proj.txt, line 29"]
    assert "climbs out" in reasons["labels-map-proj.txt, line 30"]
    assert "no `file class`" in reasons["labels-map-proj.txt, line 32"]


def test_a_csv_line_that_says_nothing_usable_is_named_by_its_number(
    context: Context, tmp_path: Path, picture: Picture, quarantined: Quarantined
) -> None:
    for number in range(4):
        (tmp_path / f"{number}.jpg").write_bytes(picture(number))
    lines = ["file,label,split", "0.jpg,crater,", "1.jpg,,", "2.jpg,volcano,", "../3.jpg,crater,", "3.jpg,crater,exam"]
    (tmp_path / "set.csv").write_text("\n".join([*lines, "/etc/passwd,crater,", "gone.jpg,crater,", ""]))
    assert ingest(context, "mars", str(tmp_path / "set.csv")).images == 1
    reasons = {name: str(record["reason"]) for name, record in quarantined().items()}
    assert "neither a label nor a year" in reasons["1.jpg"]
    assert "'volcano'" in reasons["2.jpg"]
    assert "climbs out" in reasons["set.csv, line 5"]
    assert "split 'exam'" in reasons["set.csv, line 6"]
    assert "absolute" in reasons["set.csv, line 7"]
    assert "no such file" in reasons["gone.jpg"]


def test_a_year_that_is_none_or_has_no_class_is_refused(context: Context, tmp_path: Path, picture: Picture) -> None:
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(picture(number))
    (tmp_path / "set.csv").write_text("file,year\n0.jpg,1931\n1.jpg,1750\n2.jpg,long ago\n")
    result = ingest(context, "photos", str(tmp_path / "set.csv"))
    assert result.images == 1
    reasons = [
        context.store.get_json(entry.key)["reason"] for entry in context.store.list("archive/photos/quarantine/")
    ]
    assert any("1750, is not within 1863 to 1991" in reason for reason in reasons)
    assert any("'long ago' is no year" in reason for reason in reasons)


def test_a_symbolic_link_is_not_followed(
    context: Context, landmarks: Path, picture: Picture, tmp_path: Path, quarantined: Quarantined
) -> None:
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(picture(77))
    with_bad(landmarks, b"")
    (landmarks / BAD).unlink()
    (landmarks / BAD).symlink_to(secret)
    (landmarks / "elsewhere").symlink_to(tmp_path)
    assert ingest(context, "mars", str(landmarks)).images == 24
    assert "symbolic link" in str(quarantined()[BAD]["reason"])
    assert "symbolic link" in str(quarantined()["elsewhere"]["reason"])


def test_a_csv_can_not_reach_out_through_a_link(
    context: Context, tmp_path: Path, picture: Picture, quarantined: Quarantined
) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "secret.jpg").write_bytes(picture(77))
    (tmp_path / "set" / "good.jpg").write_bytes(picture(1))
    (tmp_path / "set" / "out").symlink_to(tmp_path)
    (tmp_path / "set" / "set.csv").write_text("file,label\ngood.jpg,crater\nout/secret.jpg,crater\n")
    assert ingest(context, "mars", str(tmp_path / "set" / "set.csv")).images == 1
    assert "symbolic link" in str(quarantined()["out/secret.jpg"]["reason"])


def test_dangerous_members_of_a_zip_are_refused(
    context: Context, landmarks: Path, picture: Picture, tmp_path: Path, quarantined: Quarantined
) -> None:
    file = tmp_path / "set.zip"
    names = [f"ESP_99000{n}_0950_RED-0001.jpg" for n in range(4)]
    link, locked, bomb, twice = (f"map-proj/{name}" for name in names)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in landmarks.rglob("*.jpg"):
            archive.write(path, f"map-proj/{path.name}")
        labels = (landmarks / "labels-map-proj.txt").read_text() + "".join(f"{name} 1\n" for name in names)
        archive.writestr("labels-map-proj.txt", labels)
        archive.writestr("../climbs.jpg", picture(150))
        archive.writestr("/absolute.jpg", picture(151))
        as_link = zipfile.ZipInfo(link)
        as_link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(as_link, "/etc/passwd")
        archive.writestr(locked, picture(152))
        archive.writestr(bomb, bytes(5_000_000))
        archive.writestr(twice, picture(153))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr(twice, picture(154))
    content = bytearray(file.read_bytes())
    entry = content.rindex(locked.encode()) - 46
    content[entry + 8] |= 1  # encrypted, says its flag
    entry = content.rindex(bomb.encode()) - 46
    content[entry + 24 : entry + 28] = struct.pack("<L", 12_000)  # of 5,000,000 bytes it declares 12,000
    file.write_bytes(content)
    result = ingest(context, "mars", str(file))
    reasons = {name: str(record["reason"]) for name, record in quarantined().items()}
    assert result.images == 25
    assert "climbs out" in reasons["../climbs.jpg"]
    assert "absolute" in reasons["/absolute.jpg"]
    assert "symbolic link" in reasons[link]
    assert "encrypted" in reasons[locked]
    assert "12,000 bytes declared" in reasons[bomb]
    assert "another file of this name" in reasons[f"{twice} (again)"]
    assert len(reasons) == result.refused == 6


def test_the_same_bytes_twice_are_taken_once(context: Context, landmarks: Path, quarantined: Quarantined) -> None:
    first = sorted((landmarks / "map-proj").iterdir())[1]
    result = ingest(context, "mars", str(with_bad(landmarks, first.read_bytes())))
    assert (result.images, result.duplicates, result.refused) == (24, 1, 0)
    assert f"same bytes as map-proj/{first.name}" in str(quarantined()[BAD]["reason"])


def test_the_same_bytes_with_two_labels_are_both_refused(
    context: Context, landmarks: Path, quarantined: Quarantined
) -> None:
    first = sorted((landmarks / "map-proj").iterdir())[0]
    result = ingest(context, "mars", str(with_bad(landmarks, first.read_bytes())))
    assert (result.images, result.duplicates, result.refused) == (23, 0, 2)
    assert f"the same bytes are map-proj/{first.name} other" in str(quarantined()[BAD]["reason"])
    assert f"the same bytes are {BAD} crater" in str(quarantined()[f"map-proj/{first.name}"]["reason"])


def test_a_source_of_which_nothing_can_be_used_says_why(context: Context, tmp_path: Path) -> None:
    (tmp_path / "set" / "crater").mkdir(parents=True)
    (tmp_path / "set" / "crater" / "a.jpg").write_bytes(b"no image")
    with pytest.raises(SourceError, match=r"Nothing in .*set can be used. crater/a.jpg: it is no JPEG"):
        ingest(context, "mars", str(tmp_path / "set"))
    assert not list(context.store.list("archive/mars/log/"))


def test_refusing_the_same_again_keeps_one_record(context: Context, landmarks: Path) -> None:
    with_bad(landmarks, b"no image")
    ingest(context, "mars", str(landmarks))
    kept = [(entry.key, entry.modified) for entry in context.store.list("archive/mars/quarantine/")]
    ingest(context, "mars", str(landmarks))
    assert [(entry.key, entry.modified) for entry in context.store.list("archive/mars/quarantine/")] == kept
