"""A CSV with a line for each file: `file` and `label`, or `file` and `year`.

Further columns that it may have: `precision` of the year (`year`, which it is if empty, or `decade`), `split`, `group`
for files that belong together, `source` where the image is from, and `place` that it shows; others, such as `title`,
are not looked at. Paths start from the CSV's folder, or from a folder `images` beside it.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from fototeca.collections import Collection
from fototeca.collections.splits import DOUBTFUL, SPLITS
from fototeca.ingest.dates import Dating, PhotoDate, parse_date
from fototeca.ingest.files import Refusal, Source, folder_of, safe_path
from fototeca.ingest.layouts.layout import Label, Layout, Vocabulary, candidates, only_one, text_of, within
from fototeca.ingest.spool import Spool

COLUMNS = ("file", "label", "year", "precision", "split", "group", "source", "place")


def find(source: Source, spool: Spool, collection: Collection) -> Layout | None:
    """The layout, if the source is such a CSV or holds one."""
    tables = [source.table] if source.table else [p for p in candidates(spool, ".csv") if _fits(source, spool, p)]
    path = only_one(source, tables)
    if path is None:
        return None
    base = folder_of(path)
    reading = _Reading(Dating(collection), Vocabulary(collection))

    def read() -> Iterator[Label | Refusal]:
        with text_of(source, spool, path) as content:
            lines = csv.DictReader(content)
            for line in lines:
                yield _read_line(line, f"{path}, line {lines.line_num}", base, spool, reading)

    return Layout("a CSV of files and labels", base, frozenset([path]), read)


def _fits(source: Source, spool: Spool, path: str) -> bool:
    with text_of(source, spool, path) as content:
        columns = csv.DictReader(content).fieldnames or ()
    return "file" in columns and ("label" in columns or "year" in columns)


def _read_line(
    line: dict[str, str | None], stated_in: str, base: str, spool: Spool, reading: "_Reading"
) -> Label | Refusal:
    cells = {column: (line.get(column) or "").strip() for column in COLUMNS}
    try:
        name = safe_path(cells["file"])
        date = parse_date(cells["year"], cells["precision"]) if cells["year"] else None
        if cells["split"] not in ("", *SPLITS, DOUBTFUL):
            raise ValueError(f"the split {cells['split']!r} is none of {', '.join((*SPLITS, DOUBTFUL))}")
    except ValueError as error:
        return Refusal(stated_in, f"{cells['file']!r}: {error}")
    path = _path(spool, base, name)
    try:
        label, date = reading.classify(cells["label"], date)
    except ValueError as error:
        return Refusal(path, f"{error} ({stated_in})")
    return Label(
        path=path,
        name=name,
        label=label,
        stated_in=stated_in,
        split=cells["split"] or None,
        date=date,
        group=cells["group"] or None,
        source=cells["source"],
        place=cells["place"] or None,
    )


@dataclass(frozen=True)
class _Reading:
    """How a collection takes a line's label and date."""

    dating: Dating
    vocabulary: Vocabulary

    def classify(self, label: str, date: PhotoDate | None) -> tuple[str, PhotoDate | None]:
        """The class, and the date within the collection's years.

        Raises:
            ValueError: there is no class, or label and date contradict each other; the message is the reason.
        """
        known = self.vocabulary.by_name(label) if label else None
        if label and known is None:
            raise ValueError(f"its label {label!r} is of no class of the collection, which has {self.vocabulary}")
        bound = self.dating.bound(date, known) if date else None
        known = known or self.dating.label_of(bound)
        if known is None:
            if date is None:
                raise ValueError("it has neither a label nor a year")
            raise ValueError(f"its year {date} is of no class of the collection, which has {self.vocabulary}")
        return known, bound


def _path(spool: Spool, base: str, name: str) -> str:
    path = within(base, name)
    beside = within(base, f"images/{name}")
    return beside if spool.file(path) is None and spool.file(beside) else path
