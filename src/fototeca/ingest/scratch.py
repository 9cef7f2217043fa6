"""Where an ingest writes what it throws away at the end."""

import errno
import fcntl
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fototeca.collections import Collection
from fototeca.context import Context
from fototeca.errors import Conflict, DiskFull

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def scratch_folder(context: Context, collection: Collection) -> Iterator[Path]:
    """An empty folder for one ingest of this collection; what a killed one left there is removed.

    Raises:
        Conflict: another ingest of the collection is using it.
        DiskFull: there is no room left for it.
    """
    folder = context.scratch / "ingest" / collection.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder.parent / f"{collection.name}.lock").open("w") as lock:
            _take(lock.fileno(), collection)
            shutil.rmtree(folder)
            folder.mkdir()
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except (OSError, sqlite3.OperationalError) as error:
        if not _says_full(error):
            raise
        raise DiskFull(
            f"The disk of {context.scratch} is full, so nothing of the source became part of {collection.name}. "
            f"Make room there and ingest again."
        ) from error


def _take(lock: int, collection: Collection) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Conflict(f"Another ingest of {collection.name} runs on this machine; run again later.") from None


def _says_full(error: OSError | sqlite3.OperationalError) -> bool:
    if isinstance(error, OSError):
        return error.errno in NO_ROOM
    return error.sqlite_errorcode == sqlite3.SQLITE_FULL
