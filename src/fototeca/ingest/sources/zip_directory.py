"""The directory of a zip, read entry by entry.

`zipfile` holds the whole directory in memory, about 1 KB a member: too much for an archive of a million images.
The layout is that of PKWARE's APPNOTE.TXT, sections 4.3.12 to 4.3.16.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from fototeca.errors import SourceError

END = struct.Struct("<4s4H2LH")
END64_LOCATOR = struct.Struct("<4sLQL")
END64 = struct.Struct("<4sQ2H2L4Q")
ENTRY = struct.Struct("<4s6H3L5H2L")
LONGEST_COMMENT = 0xFFFF
ABSENT = 0xFFFFFFFF
"""Stands for a number that does not fit and follows in the entry's extra fields."""
UTF8 = 0x800


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of a zip's directory."""

    name: str
    size: int
    """In bytes, unpacked, as the directory declares it."""
    packed: int
    method: int
    crc: int
    offset: int
    """Of the member's local header, from the start of the file."""
    flags: int
    unix_mode: int


def members(archive: BinaryIO) -> Iterator[Member]:
    """Every member of the zip, as the directory has them.

    Raises:
        SourceError: the directory is absent or damaged.
    """
    try:
        start, size, shift = _locate(archive)
        archive.seek(start)
        while archive.tell() < start + size:
            yield _entry(archive, shift)
    except (struct.error, ValueError, OSError) as error:
        raise SourceError(f"{archive.name}: its directory is damaged ({error}). Copy or download it again.") from error


def _locate(archive: BinaryIO) -> tuple[int, int, int]:
    """Where the directory starts, its size, and by how much all offsets are off (for what precedes the zip)."""
    length = archive.seek(0, os.SEEK_END)
    tail_start = max(0, length - LONGEST_COMMENT - END.size)
    archive.seek(tail_start)
    tail = archive.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0:
        raise ValueError("it has none")
    size, offset = END.unpack_from(tail, at)[5:7]
    end = tail_start + at
    if END64_LOCATOR.size <= end:
        archive.seek(end - END64_LOCATOR.size)
        magic, _, end64, _ = END64_LOCATOR.unpack(archive.read(END64_LOCATOR.size))
        if magic == b"PK\6\7":
            archive.seek(end64)
            end, (size, offset) = end64, END64.unpack(archive.read(END64.size))[8:10]
    start = end - size
    if start < 0 or start < offset:
        raise ValueError("it is not where the zip's end says")
    return start, size, start - offset


def _entry(directory: BinaryIO, shift: int) -> Member:
    magic, _, _, flags, method, _, _, crc, *numbers = ENTRY.unpack(directory.read(ENTRY.size))
    packed, size, name_length, extra_length, comment_length, _, _, mode, offset = numbers
    if magic != b"PK\1\2":
        raise ValueError("an entry does not begin as one")
    name = directory.read(name_length).decode("utf-8" if flags & UTF8 else "cp437", "replace")
    large = _large_numbers(directory.read(extra_length))
    directory.seek(comment_length, os.SEEK_CUR)
    size, packed, offset = (next(large) if number == ABSENT else number for number in (size, packed, offset))
    return Member(name, size, packed, method, crc, offset + shift, flags, mode >> 16)


def _large_numbers(extra: bytes) -> Iterator[int]:
    """The 64-bit numbers of a zip64 extra field, in the order of the standard."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            yield from struct.unpack_from(f"<{length // 8}Q", extra, at + 4)
        at += 4 + length
    raise ValueError("a large member's size is missing")
