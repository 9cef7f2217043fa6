"""Splits: the source's own where it has one, else by group, so that images that look alike stay together.

Doubtful images have none of the three, and neither give theirs to others nor take one from them.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field

from fototeca.collections.schema import Split
from fototeca.collections.splits import DOUBTFUL, SPLITS
from fototeca.ingest.spool import Spool

KNOWN = f"""
CREATE TEMP TABLE known AS
SELECT key, split, parts FROM (
    SELECT {{column}} AS key, split, count(*) OVER (PARTITION BY {{column}}) AS parts,
           row_number() OVER (PARTITION BY {{column}} ORDER BY count(*) DESC, split) AS place
    FROM rows WHERE split <> '{DOUBTFUL}' AND ({{which}}) GROUP BY {{column}}, split)
WHERE place = 1
"""  # noqa: S608
FOLLOW = f"""
UPDATE rows SET split = known.split FROM known
WHERE rows.fresh AND rows.{{column}} = known.key AND rows.split IS NOT '{DOUBTFUL}' AND ({{where}})
"""  # noqa: S608
GROUPS = """
SELECT "group", json_group_object(label, n) FROM (
    SELECT "group", label, count(*) AS n FROM rows WHERE split IS NULL GROUP BY "group", label)
GROUP BY "group" ORDER BY sum(n) DESC, shuffled("group")
"""


@dataclass
class Shares:
    """Images per split and label: how many there are, and how many there should be."""

    wanted: dict[str, float]
    totals: Counter[str]
    have: dict[str, Counter[str]] = field(default_factory=lambda: {split: Counter() for split in SPLITS})

    def cost(self, split: str, group: dict[str, int]) -> float:
        """How much further from what is wanted the split is with this group than without (chi-square)."""
        cost = 0.0
        for label, count in group.items():
            target = self.wanted[split] * self.totals[label]
            missing = target - self.have[split][label]
            cost += ((count - missing) ** 2 - missing**2) / target
        return cost

    def place(self, group: dict[str, int], left: int) -> str:
        """Take a group into the split that needs it most; `left` groups are still to come, this one included."""
        empty = [split for split in SPLITS if not self.have[split]]
        among = empty if left <= len(empty) else SPLITS
        best = min(among, key=lambda split: (self.cost(split, group), SPLITS.index(split)))
        self.have[best].update(group)
        return best


def follow_known(spool: Spool) -> None:
    """Give new images the split that their original, or else their group, has in the dataset already.

    A group that the dataset before already has in several splits decides only where the source says nothing.
    """
    _follow(spool, '"group"', "NOT fresh", where="known.parts = 1 OR rows.split IS NULL")
    _follow(spool, "original", "NOT fresh", where="known.parts = 1 OR rows.split IS NULL")


def assign(spool: Spool, split: Split) -> None:
    """Give every image that has none a split: its original's or group's, or by the shares wanted for each label."""
    _follow(spool, "original", "1", where="rows.split IS NULL")
    _follow(spool, '"group"', "1", where="rows.split IS NULL")
    left = spool.one('SELECT count(DISTINCT "group") FROM rows WHERE split IS NULL')
    if not left:
        return
    spool.connection.create_function("shuffled", 1, lambda group: _shuffled(split.seed, group), deterministic=True)
    certain = "FROM rows WHERE split IS NOT ?"
    totals = Counter(dict(spool.rows(f"SELECT label, count(*) {certain} GROUP BY label", DOUBTFUL)))
    shares = Shares({name: getattr(split, name) for name in SPLITS}, totals)
    present = f"SELECT split, label, count(*) {certain} AND split IS NOT NULL GROUP BY split, label"
    for name, label, count in spool.rows(present, DOUBTFUL):
        shares.have[name][label] = count
    spool.run("CREATE TEMP TABLE placed (key TEXT PRIMARY KEY, split TEXT) WITHOUT ROWID")
    spool.write(
        "INSERT INTO placed VALUES (?, ?)",
        (
            (group, shares.place(json.loads(labels), left - number))
            for number, (group, labels) in enumerate(spool.rows(GROUPS))
        ),
    )
    spool.run('UPDATE rows SET split = placed.split FROM placed WHERE rows.split IS NULL AND rows."group" = placed.key')
    spool.run("DROP TABLE placed")


def _follow(spool: Spool, column: str, which: str, *, where: str) -> None:
    spool.run(KNOWN.format(column=column, which=which))
    spool.run("CREATE INDEX temp.known_by_key ON known (key)")
    spool.run(FOLLOW.format(column=column, where=where))
    spool.run("DROP TABLE known")


def _shuffled(seed: int, group: str) -> bytes:
    """Puts groups of the same size in an order that depends on nothing but their names and the seed."""
    return hashlib.sha256(f"{seed}/{group}".encode()).digest()
