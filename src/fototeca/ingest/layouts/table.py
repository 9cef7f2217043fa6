"""A CSV with a line for each file: `file` and `label`, or `file` and `year`.

Further columns that it may have: `split`, and `group` for files that belong together. Paths start from the CSV's
folder, or from a folder `images` beside it.
"""

import csv
from collections.abc import Iterator

from fototeca.collections import Collection
from fototeca.ingest.files import Refusal, Source, folder_of, safe_path
from fototeca.ingest.layouts.layout import SPLITS, Label, Layout, Vocabulary, candidates, only_one, text_of, within
from fototeca.ingest.spool import Spool

YEARS = range(1000, 3000)


def find(source: Source, spool: Spool, collection: Collection) -> Layout | None:
    """The layout, if the source is such a CSV or holds one."""
    tables = [source.table] if source.table else [p for p in candidates(spool, ".csv") if _fits(source, spool, p)]
    path = only_one(source, tables)
    if path is None:
        return None
    base = folder_of(path)
    vocabulary = Vocabulary(collection)

    def read() -> Iterator[Label | Refusal]:
        with text_of(source, spool, path) as content:
            lines = csv.DictReader(content)
            for line in lines:
                yield _read_line(line, f"{path}, line {lines.line_num}", base, spool, vocabulary)

    return Layout("a CSV of files and labels", base, frozenset([path]), read)


def _fits(source: Source, spool: Spool, path: str) -> bool:
    with text_of(source, spool, path) as content:
        columns = csv.DictReader(content).fieldnames or ()
    return "file" in columns and ("label" in columns or "year" in columns)


def _read_line(
    line: dict[str, str | None], place: str, base: str, spool: Spool, vocabulary: Vocabulary
) -> Label | Refusal:
    cells = {column: (line.get(column) or "").strip() for column in ("file", "label", "year", "split", "group")}
    try:
        name = safe_path(cells["file"])
        year = _year(cells["year"])
        if cells["split"] not in ("", *SPLITS):
            raise ValueError(f"the split {cells['split']!r} is none of {', '.join(SPLITS)}")
    except ValueError as error:
        return Refusal(place, f"{cells['file']!r}: {error}")
    path = _path(spool, base, name)
    if not cells["label"] and year is None:
        return Refusal(path, f"it has neither a label nor a year ({place})")
    label = vocabulary.by_name(cells["label"]) if cells["label"] else vocabulary.by_year(year or 0)
    if label is None:
        given = f"label {cells['label']!r}" if cells["label"] else f"year {year}"
        return Refusal(path, f"its {given} ({place}) is of no class of the collection, which has {vocabulary}")
    return Label(path, name, label, place, cells["split"] or None, year, cells["group"] or None)


def _path(spool: Spool, base: str, name: str) -> str:
    path = within(base, name)
    beside = within(base, f"images/{name}")
    return beside if spool.file(path) is None and spool.file(beside) else path


def _year(cell: str) -> int | None:
    if not cell:
        return None
    if not cell.isascii() or not cell.isdigit() or int(cell) not in YEARS:
        raise ValueError(f"{cell!r} is no year")
    return int(cell)
