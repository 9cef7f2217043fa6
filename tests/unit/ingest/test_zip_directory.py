"""A zip's directory, read entry by entry, tells what `zipfile` tells."""

import io
import zipfile
from pathlib import Path

import pytest

from fototeca.errors import SourceError
from fototeca.ingest.files import File
from fototeca.ingest.sources.zip import ZipSource
from fototeca.ingest.sources.zip_directory import members

CONTENTS = {"a.txt": b"a" * 5000, "folder/ö.bin": bytes(range(256)), "empty": b""}


def written(file: Path, compression: int = zipfile.ZIP_DEFLATED, before: bytes = b"", comment: bytes = b"") -> Path:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        archive.comment = comment
        for name, data in CONTENTS.items():
            archive.writestr(name, data)
    file.write_bytes(before + content.getvalue())
    return file


def contents(file: Path) -> dict[str, bytes]:
    source = ZipSource(file)
    files = [entry for entry in source.files() if isinstance(entry, File)]
    read = source.reader.read(files, 10_000)
    return {entry.path: content for entry, content in zip(files, read, strict=True) if isinstance(content, bytes)}


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_compression_is_read(tmp_path: Path, compression: int) -> None:
    assert contents(written(tmp_path / "a.zip", compression)) == CONTENTS


def test_what_precedes_the_zip_and_a_comment_after_it_do_no_harm(tmp_path: Path) -> None:
    assert contents(written(tmp_path / "a.zip", before=b"#!self-extracting" * 100, comment=b"c" * 3000)) == CONTENTS


def test_a_zip_of_more_members_than_16_bits_can_count_is_read(tmp_path: Path) -> None:
    file = tmp_path / "many.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(70_000):
            archive.writestr(zipfile.ZipInfo(f"{number:06d}"), b"")
    with file.open("rb") as archive_file:
        assert [member.name for member in members(archive_file)] == [f"{number:06d}" for number in range(70_000)]


def test_members_with_64_bit_sizes_are_read(tmp_path: Path) -> None:
    file = tmp_path / "large.zip"
    with zipfile.ZipFile(file, "w") as archive, archive.open("a", "w", force_zip64=True) as member:
        member.write(b"content")
    assert contents(file) == {"a": b"content"}


def test_an_empty_zip_has_no_members(tmp_path: Path) -> None:
    zipfile.ZipFile(tmp_path / "a.zip", "w").close()
    assert contents(tmp_path / "a.zip") == {}


def test_a_zip_that_lost_its_end_or_its_middle_is_named(tmp_path: Path) -> None:
    whole = written(tmp_path / "a.zip").read_bytes()
    for number, damaged in enumerate((whole[:-30], whole[:100] + whole[150:], whole.replace(b"PK\1\2", b"PK\1\7"))):
        file = tmp_path / f"{number}.zip"
        file.write_bytes(damaged)
        with pytest.raises(SourceError, match=rf"{number}\.zip: its directory is damaged"):
            contents(file)
