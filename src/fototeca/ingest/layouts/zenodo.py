"""The sets of HiRISE landmarks as Zenodo has them.

Version 1, doi 10.5281/zenodo.1048301: `labels-map-proj.txt` and `map-proj/`.
Version 3.2, doi 10.5281/zenodo.4002935: `labels-map-proj-v3_2.txt`, `labels-map-proj-v3_2_train_val_test.txt`,
`landmarks_map-proj-v3_2_classmap.csv` and `map-proj-v3_2/`; copies spell some of these `map-proj_v3_2`.
"""

import csv
import re
from collections.abc import Iterator

from fototeca.collections import Collection
from fototeca.collections.splits import SPLITS
from fototeca.ingest.files import Refusal, Source, folder_of, safe_path
from fototeca.ingest.layouts.layout import Label, Layout, Vocabulary, candidates, only_one, text_of, within
from fototeca.ingest.spool import Spool

LABELS = re.compile(r"^labels-map-proj(?:[-_]v[\d_]*\d)?(?P<split>_train_val_test)?\.txt$")
CLASS_MAP = re.compile(r"^landmarks_map-proj.*_classmap\.csv$")
VERSION_1 = ("other", "crater", "dark dune", "slope streak", "bright dune", "impact ejecta", "edge")
"""Version 1 has no class map, and 6 is `edge` in it, not `swiss cheese` as in version 3."""
IMAGES = ("map-proj", "map-proj-v3_2", "map-proj_v3_2", "map-proj-v3", "map-proj_v3")


def find(source: Source, spool: Spool, collection: Collection) -> Layout | None:
    """The layout, if the source has its label files."""
    found = {path: match for path in candidates(spool, ".txt") if (match := LABELS.match(path.rpartition("/")[2]))}
    labels = only_one(source, [path for path, match in found.items() if not match["split"]])
    split = only_one(source, [path for path, match in found.items() if match["split"]])
    first = labels or split
    if source.table or first is None:
        return None
    base = folder_of(first)
    class_map = next((p for p in candidates(spool, ".csv") if CLASS_MAP.match(p.rpartition("/")[2])), None)
    names = _class_names(source, spool, class_map, first.endswith("labels-map-proj.txt"))
    vocabulary = Vocabulary(collection)
    known = {i: vocabulary.by_name(name) for i, name in names.items()} if names else None
    images = _images_folder(spool, base)

    def read() -> Iterator[Label | Refusal]:
        for path in filter(None, (labels, split)):
            with text_of(source, spool, path) as lines:
                for number, line in enumerate(lines, 1):
                    if line.strip():
                        yield _read_line(line, f"{path}, line {number}", images, known, vocabulary)

    described_by = frozenset(filter(None, (labels, split, class_map)))
    return Layout("Zenodo's label files", base, described_by, read)


def _images_folder(spool: Spool, base: str) -> str:
    """The folder of the images: of the known names the first that holds files, or where the label files are."""
    folders = (within(base, name) for name in IMAGES)
    return next((f for f in folders if spool.one("SELECT 1 FROM files WHERE folder = ? LIMIT 1", f)), base)


def _class_names(source: Source, spool: Spool, class_map: str | None, version_1: bool) -> dict[str, str]:
    """Names of the classes by their numbers; empty where only the collection knows them."""
    if class_map is None:
        return {str(number): name for number, name in enumerate(VERSION_1)} if version_1 else {}
    with text_of(source, spool, class_map) as lines:
        rows = [[cell.strip() for cell in row] for row in csv.reader(lines)]
    return {row[0]: row[1] for row in rows if len(row) >= 2 and row[0].isdigit()}


def _read_line(
    line: str, place: str, images: str, known: dict[str, str | None] | None, vocabulary: Vocabulary
) -> Label | Refusal:
    words = line.split()
    if len(words) not in (2, 3) or not words[1].isdigit() or words[2:] not in ([], *([split] for split in SPLITS)):
        return Refusal(place, f"the line is no `file class` or `file class set`: {line.strip()[:80]!r}")
    try:
        name = safe_path(words[0])
    except ValueError as error:
        return Refusal(place, f"{words[0]!r}: {error}")
    label = vocabulary.by_id(words[1]) if known is None else known.get(words[1])
    path = within(images, name)
    if label is None:
        return Refusal(path, f"its class {words[1]} ({place}) is unknown; the collection has {vocabulary}")
    return Label(path, name, label, place, words[2] if len(words) == 3 else None)
