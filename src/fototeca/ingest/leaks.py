"""Leaks: what stands in more than one split, so that a test would measure memory. They are reported, not mended."""

from fototeca.collections.splits import DOUBTFUL
from fototeca.ingest.spool import Spool

SAME_BYTES = f"""
INSERT OR IGNORE INTO leaks
SELECT 'the same bytes are ' || f.name || ' in ' || f.split || ' and ' || d.name || ' in ' || d.split
FROM chosen d JOIN chosen f ON f.id = d.id AND f.nth = 1
WHERE d.nth > 1 AND d.split <> f.split AND '{DOUBTFUL}' NOT IN (d.split, f.split)
"""  # noqa: S608
IN_SEVERAL_SPLITS = f"""
INSERT OR IGNORE INTO leaks
SELECT '{{what}} ' || "{{what}}" || ' lies in ' || group_concat(DISTINCT split)
FROM rows WHERE split <> '{DOUBTFUL}' GROUP BY "{{what}}" HAVING count(DISTINCT split) > 1
"""  # noqa: S608


def find_leaks(spool: Spool) -> None:
    """Note every original and every group that lies in several splits, and files of the same bytes that do."""
    spool.run("DELETE FROM leaks")
    spool.run(SAME_BYTES)
    for what in ("original", "group"):
        spool.run(IN_SEVERAL_SPLITS.format(what=what))
