"""A zip on this machine, read where it lies: nothing is unpacked to disk."""

import io
import os
import stat
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile, ZipExtFile, ZipInfo

from fototeca.ingest.files import File, Refusal, safe_path, too_large
from fototeca.ingest.sources.zip_directory import Member, members

ENCRYPTED = 0x1
LOCAL_HEADER = struct.Struct("<4s5H3L2H")
DAMAGED = (BadZipFile, EOFError, OSError, LZMAError, zlib.error, struct.error, NotImplementedError)


@dataclass(frozen=True)
class ZipReader:
    """Reads members of a zip at the places that its directory gave."""

    file: str

    def read(self, files: Sequence[File], limit: int) -> Iterator[bytes | Refusal]:
        """The bytes of each member, or why there are none."""
        with open(self.file, "rb") as archive:
            for file in files:
                yield self._read_one(archive, file, limit)

    def _read_one(self, archive: BinaryIO, file: File, limit: int) -> bytes | Refusal:
        if file.size > limit:
            return Refusal(file.path, too_large(file.size, limit))
        try:
            # One byte more than declared: a member that unpacks to more must not pass for a good one.
            content = _member(archive, file, file.size + 1).read(file.size + 1)
        except DAMAGED as error:
            return Refusal(file.path, f"it does not unpack to the {file.size:,} bytes declared: {error}")
        if len(content) != file.size:
            return Refusal(file.path, f"it does not unpack to the {file.size:,} bytes declared, a zip bomb's trick")
        return content

    def open(self, file: File) -> BinaryIO:
        """A member, unpacked as it is read."""
        return io.BufferedReader(_member(open(self.file, "rb"), file, file.size, own=True))


@dataclass(frozen=True)
class ZipSource:
    """All members of a zip."""

    file: Path
    table: str | None = None

    @property
    def name(self) -> str:
        """The zip's path."""
        return str(self.file)

    @property
    def reader(self) -> ZipReader:
        """Reads the zip's members."""
        return ZipReader(str(self.file))

    def files(self) -> Iterator[File | Refusal]:
        """Every member that is a file.

        Raises:
            SourceError: the zip's directory is damaged.
        """
        with self.file.open("rb") as archive:
            for member in members(archive):
                if not member.name.endswith("/"):
                    yield _file_or_refusal(member)


def _file_or_refusal(member: Member) -> File | Refusal:
    if stat.S_ISLNK(member.unix_mode):
        return Refusal(member.name, "it is a symbolic link, which is not followed")
    if member.flags & ENCRYPTED:
        return Refusal(member.name, "it is encrypted")
    try:
        path = safe_path(member.name.replace("\\", "/"))
    except ValueError as error:
        return Refusal(member.name, str(error))
    return File(path, member.size, (member.offset, member.packed, member.method, member.crc))


def _member(archive: BinaryIO, file: File, size: int, *, own: bool = False) -> ZipExtFile:
    """The member, unpacked as it is read, up to `size` bytes; `own` if it closes the archive with itself."""
    offset, packed, method, crc = file.place
    archive.seek(offset)
    header = LOCAL_HEADER.unpack(archive.read(LOCAL_HEADER.size))
    if header[0] != b"PK\3\4":
        raise BadZipFile("no member begins where the directory says")
    archive.seek(header[-2] + header[-1], os.SEEK_CUR)
    info = ZipInfo(file.path)
    info.compress_type, info.compress_size, info.file_size, info.CRC = method, packed, size, crc
    return ZipExtFile(archive, "r", info, close_fileobj=own)  # type: ignore[call-overload,no-any-return]
