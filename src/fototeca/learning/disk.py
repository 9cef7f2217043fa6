"""What training does where this machine's disk is full: it ends with an error that says so, and leaves nothing half."""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tensorflow as tf

from fototeca.errors import DiskFull

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_SAYS_SO = re.compile(
    "|".join(os.strerror(number) for number in NO_ROOM)
    + r"|\d+ requested and \d+ written"  # NumPy's `tofile`, which drops the number of the error
)


def reserve(file: Path, size: int) -> None:
    """Take room for a file on its disk, so that writing to it through a memory map can't fail.

    A map of a file that only claims its size ends the process with SIGBUS where the disk is full. What the file holds
    already stays; a file that did not get its room is the caller's to delete.

    Raises:
        DiskFull: there is no room for it.
    """
    with on_disk(file.parent, f"{_megabytes(size)} for {file.name}"):
        descriptor = os.open(file, os.O_CREAT | os.O_RDWR, 0o666)
        try:
            os.posix_fallocate(descriptor, 0, size)
        finally:
            os.close(descriptor)


@contextmanager
def on_disk(folder: Path, what: str = "what training writes") -> Iterator[None]:
    """Have every library say in the same words that the disk of `folder` is full.

    Raises:
        DiskFull: something could not be written, since there is no room left.
    """
    try:
        yield
    except (OSError, tf.errors.OpError) as error:
        if not _says_full(error):
            raise
        raise DiskFull(
            f"The disk of {folder} has no room for {what}: {_megabytes(_free(folder))} are free. Make room there, or "
            "have FOTOTECA_HOME name a folder on another disk; then run the same again."
        ) from error


def _says_full(error: Exception) -> bool:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in NO_ROOM
    return bool(_SAYS_SO.search(str(error)))


def _free(folder: Path) -> int:
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    return shutil.disk_usage(there).free


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
