"""The rows of the new dataset, from those of the one before it and what was found in the source."""

from collections.abc import Iterator
from dataclasses import dataclass

from fototeca.collections.splits import DOUBTFUL
from fototeca.collections.years import Years
from fototeca.ingest.files import Refusal
from fototeca.ingest.spool import Spool

CHOOSE = """
CREATE TABLE chosen AS
SELECT id, path, name, original, "group", label, year, year_low, year_high, source, place, split,
       label || coalesce(' ' || year, '') AS said,
       row_number() OVER (PARTITION BY id ORDER BY name, path) AS nth,
       min(label) OVER same <> max(label) OVER same
           OR coalesce(max(year_low) OVER same > min(year_high) OVER same, 0) AS clash
FROM found JOIN labels USING (path) WINDOW same AS (PARTITION BY id)
"""
DUPLICATES = """
SELECT d.path, f.path FROM chosen d JOIN chosen f ON f.id = d.id AND f.nth = 1
WHERE d.nth > 1 AND NOT d.clash ORDER BY d.path
"""
CLASHES = "SELECT path, id, said FROM chosen WHERE clash ORDER BY id, path"
RELABEL = f"""
UPDATE rows SET
    label = c.label,
    year = coalesce(c.year, rows.year),
    year_low = iif(c.year IS NULL, rows.year_low, c.year_low),
    year_high = iif(c.year IS NULL, rows.year_high, c.year_high),
    split = iif('{DOUBTFUL}' IN (c.split, rows.split), c.split, rows.split),
    fresh = rows.split = '{DOUBTFUL}'
FROM chosen c WHERE c.id = rows.id AND c.nth = 1 AND NOT c.clash AND (
    c.label <> rows.label
    OR c.year IS NOT NULL AND (c.year_low IS NOT rows.year_low OR c.year_high IS NOT rows.year_high)
    OR (c.split IS '{DOUBTFUL}') <> (rows.split IS '{DOUBTFUL}'))
"""  # noqa: S608
DESCRIBE = """
UPDATE rows SET source = coalesce(nullif(c.source, ''), rows.source), place = coalesce(c.place, rows.place)
FROM chosen c WHERE c.id = rows.id AND c.nth = 1 AND NOT c.clash
"""
ADD = """
INSERT OR IGNORE INTO rows
SELECT id, name, original, "group", label, year, year_low, year_high, source, place, split, 1
FROM chosen WHERE nth = 1 AND NOT clash
"""
DATE = """
UPDATE rows SET year = ?, year_low = ?, year_high = ?
WHERE label = ? AND (year IS NULL OR year NOT BETWEEN ? AND ?)
"""
CLASSIFY = f"""
UPDATE rows SET label = class_of(year),
    split = iif(class_of(year_low) <> class_of(year_high), '{DOUBTFUL}', split)
WHERE year IS NOT NULL
"""  # noqa: S608
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
    """Images that got another label, date or doubt."""


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
    return int(spool.one("SELECT count(*) FROM chosen WHERE nth > 1 AND NOT clash"))


def clashes(spool: Spool) -> Iterator[Refusal]:
    """Files whose bytes the source labels or dates differently elsewhere."""
    for path, image, said in spool.rows(CLASHES):
        others = "SELECT path || ' ' || said FROM chosen WHERE id = ? AND path <> ? ORDER BY said = ?, path LIMIT 1"
        yield Refusal(path, f"it is labelled {said}, but the same bytes are {spool.one(others, image, path, said)}")


def classify_by_year(spool: Spool, years: Years) -> None:
    """Give the rows of a dataset the classes of these years, which may be others than when they were ingested."""
    spool.connection.create_function("class_of", 1, years.label_of, deterministic=True)
    spool.run(CLASSIFY)


def date_by_class(spool: Spool, years: Years) -> None:
    """Give rows of which only the class is known the years of that class."""
    for label in years.labels:
        low, high = years.years_of(label)[0], years.years_of(label)[-1]
        spool.run(DATE, (low + high) // 2, low, high, label, low, high)


def merge(spool: Spool) -> Change:
    """Bring what was chosen into the dataset's rows: new labels and dates, then new images."""
    relabelled = spool.run(RELABEL)
    spool.run(DESCRIBE)
    added = spool.run(ADD)
    spool.run("CREATE INDEX IF NOT EXISTS rows_by_original ON rows (original)")
    spool.run(KEEP_COPIES_TOGETHER)
    return Change(added, relabelled)
