"""Leaks: what stands in more than one split, so that a test would measure memory. They are reported, not mended."""

from fototeca.ingest.spool import Spool

SAME_BYTES = """
INSERT OR IGNORE INTO leaks
SELECT 'the same bytes are ' || f.name || ' in ' || f.split || ' and ' || d.name || ' in ' || d.split
FROM chosen d JOIN chosen f ON f.id = d.id AND f.place = 1 WHERE d.place > 1 AND d.split <> f.split
"""
IN_SEVERAL_SPLITS = """
INSERT OR IGNORE INTO leaks
SELECT '{what} ' || "{what}" || ' lies in ' || group_concat(DISTINCT split)
FROM rows GROUP BY "{what}" HAVING count(DISTINCT split) > 1
"""


def find_leaks(spool: Spool) -> None:
    """Note every original and every group that lies in several splits, and files of the same bytes that do."""
    spool.run("DELETE FROM leaks")
    spool.run(SAME_BYTES)
    for what in ("original", "group"):
        spool.run(IN_SEVERAL_SPLITS.format(what=what))
