"""The rows of the new dataset, from those of the one before it and what was found in the source."""

from collections.abc import Iterator
from dataclasses import dataclass

from fototeca.ingest.files import Refusal
from fototeca.ingest.spool import Spool

CHOOSE = """
CREATE TABLE chosen AS
SELECT id, path, name, original, "group", label, year, split,
       row_number() OVER (PARTITION BY id ORDER BY name, path) AS place,
       min(label) OVER (PARTITION BY id) <> max(label) OVER (PARTITION BY id) AS clash
FROM found JOIN labels USING (path)
"""
DUPLICATES = """
SELECT d.path, f.path FROM chosen d JOIN chosen f ON f.id = d.id AND f.place = 1
WHERE d.place > 1 AND NOT d.clash ORDER BY d.path
"""
CLASHES = "SELECT path, id, label FROM chosen WHERE clash ORDER BY id, path"
RELABEL = """
UPDATE rows SET label = c.label, year = coalesce(c.year, rows.year) FROM chosen c
WHERE c.id = rows.id AND c.place = 1 AND NOT c.clash AND c.label <> rows.label
"""
ADD = """
INSERT OR IGNORE INTO rows SELECT id, name, original, "group", label, year, split, 1
FROM chosen WHERE place = 1 AND NOT clash
"""
KEEP_COPIES_TOGETHER = """
UPDATE rows SET "group" = (
    SELECT o."group" FROM rows o WHERE o.original = rows.original ORDER BY o.fresh, o."group" LIMIT 1)
WHERE fresh AND original IN (SELECT original FROM rows GROUP BY original HAVING count(DISTINCT "group") > 1)
"""


@dataclass(frozen=True)
class Change:
    """What a source changes in a dataset."""

    added: int
    relabelled: int


def choose(spool: Spool) -> None:
    """Of files with the same bytes take the first by name; of those with differing labels none."""
    spool.run(CHOOSE)
    spool.run("CREATE INDEX chosen_by_id ON chosen (id, place)")


def duplicates(spool: Spool) -> Iterator[Refusal]:
    """Files whose bytes were taken from another."""
    for path, first in spool.rows(DUPLICATES):
        yield Refusal(path, f"it has the same bytes as {first}, which was taken")


def count_duplicates(spool: Spool) -> int:
    """How many files have the same bytes as another, which was taken."""
    return int(spool.one("SELECT count(*) FROM chosen WHERE place > 1 AND NOT clash"))


def clashes(spool: Spool) -> Iterator[Refusal]:
    """Files whose bytes the source labels differently elsewhere."""
    for path, image, label in spool.rows(CLASHES):
        others = "SELECT path || ' ' || label FROM chosen WHERE id = ? AND label <> ? ORDER BY path LIMIT 1"
        yield Refusal(path, f"it is labelled {label}, but the same bytes are {spool.one(others, image, label)}")


def merge(spool: Spool) -> Change:
    """Bring what was chosen into the dataset's rows: new labels, then new images."""
    relabelled = spool.run(RELABEL)
    added = spool.run(ADD)
    spool.run("CREATE INDEX IF NOT EXISTS rows_by_original ON rows (original)")
    spool.run(KEEP_COPIES_TOGETHER)
    return Change(added, relabelled)
