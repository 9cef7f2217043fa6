"""A scratch database of one ingest.

Images are counted in millions, so none of what is known of them is held in memory: it is rows here, in a file that
is thrown away at the end, and joins between them are SQL.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from fototeca.ingest.files import File

SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -4000;
-- What the source holds, and what its label files say of it.
CREATE TABLE files (path TEXT PRIMARY KEY, folder TEXT, size INTEGER, place TEXT) WITHOUT ROWID;
CREATE TABLE labels (path TEXT PRIMARY KEY, name TEXT, original TEXT, "group" TEXT, label TEXT, year INTEGER,
                     year_low INTEGER, year_high INTEGER, source TEXT, place TEXT, split TEXT, stated_in TEXT,
                     conflict TEXT) WITHOUT ROWID;
CREATE TABLE refused (path TEXT, reason TEXT, PRIMARY KEY (path, reason)) WITHOUT ROWID;
-- Which bytes lie under which path of the source.
CREATE TABLE found (path TEXT PRIMARY KEY, id TEXT) WITHOUT ROWID;
-- What was measured of bytes, and where in the archive they lie.
CREATE TABLE images (id TEXT PRIMARY KEY, synthetic INTEGER, width INTEGER, height INTEGER, mode TEXT, format TEXT,
                     bytes INTEGER, brightness REAL, contrast REAL, phash TEXT, shard INTEGER, offset INTEGER)
                     WITHOUT ROWID;
CREATE TABLE shards (number INTEGER PRIMARY KEY, sha256 TEXT);
-- The dataset that comes of it; `fresh` marks what the dataset before it does not have.
CREATE TABLE rows (id TEXT PRIMARY KEY, name TEXT, original TEXT, "group" TEXT, label TEXT, year INTEGER,
                   year_low INTEGER, year_high INTEGER, source TEXT, place TEXT, split TEXT, fresh INTEGER)
                   WITHOUT ROWID;
CREATE TABLE leaks (leak TEXT PRIMARY KEY) WITHOUT ROWID;
BEGIN;
"""
SOME = 1000
"""Rows written at once."""


class Spool:
    """The scratch database; nothing is ever committed, since nobody opens it twice."""

    def __init__(self, file: Path) -> None:
        self.connection = sqlite3.connect(file, isolation_level=None)
        self.connection.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file, which is of no use any more."""
        self.connection.close()

    def run(self, sql: str, *values: Any) -> int:
        """Change rows, and say how many."""
        return self.connection.execute(sql, values).rowcount

    def write(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Change rows by many sets of values, some at a time."""
        rest = iter(rows)
        while some := list(islice(rest, SOME)):
            self.connection.executemany(sql, some)

    def rows(self, sql: str, *values: Any) -> Iterator[Any]:
        """The rows that a query finds, as they are found."""
        return self.connection.execute(sql, values)

    def one(self, sql: str, *values: Any) -> Any:
        """The first value of the first row; none where there is no row."""
        row = self.connection.execute(sql, values).fetchone()
        return row[0] if row else None

    def refuse(self, path: str, reason: str) -> bool:
        """Note that a file is refused; whether that is new."""
        return self.run("INSERT OR IGNORE INTO refused VALUES (?, ?)", path, reason) > 0

    def file(self, path: str) -> File | None:
        """A file of the source, if there is one of that path."""
        row = self.connection.execute("SELECT path, size, place FROM files WHERE path = ?", (path,)).fetchone()
        return as_file(*row) if row else None


def as_file(path: str, size: int, place: str) -> File:
    """A file, from its row."""
    return File(path, size, tuple(json.loads(place)))
