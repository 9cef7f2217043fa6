"""What lies in quarantine, by kind of reason."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from fototeca.archive import keys
from fototeca.archive.store import Store
from fototeca.report.data.facts import Refusals

LOOKED_AT = 1000
"""Records of refused files that are read, each in a request of its own; where there are more, they are like these."""
THREADS = 8
SHOWN = 20
PARTICULARS = (
    (re.compile(r"\s*\(.*?\)"), ""),
    (re.compile(r"(?<=the same bytes as ).*?(?=, which)"), "another file"),
    (re.compile(r"'[^']*'|\"[^\"]*\""), "…"),
    (re.compile(r"[:;] .*| but the same bytes are .*|, and the collection .*|, which has .*"), ""),
    (re.compile(r"\d+(?:[.,x]\d+)*"), "…"),
)
"""What in a reason is of one file alone."""


def read_refusals(store: Store, collection: str) -> Refusals:
    """Count what a collection's quarantine holds, by kind of reason."""
    listed = (entry.key for entry in store.list(keys.quarantine(collection)) if entry.key.endswith(".json"))
    looked_at = list(islice(listed, LOOKED_AT))
    with ThreadPoolExecutor(THREADS) as threads:
        records = list(threads.map(store.get_json, looked_at))
    kinds = Counter(kind_of(record["reason"]) for record in records)
    example = {kind_of(record["reason"]): str(record["name"]) for record in reversed(records)}
    total = len(looked_at) + sum(1 for _ in listed)
    return Refusals(total, len(looked_at), [(kind, images, example[kind]) for kind, images in kinds.most_common(SHOWN)])


def kind_of(reason: str) -> str:
    """A reason without what is of one file alone, such as its name and its size."""
    for pattern, instead in PARTICULARS:
        reason = pattern.sub(instead, reason)
    return reason
