"""What was refused, and why, where people find it.

Under `archive/<collection>/quarantine/`: a record `<hash>.json` for each refusal, and `bytes/<sha256>` where the
file could be read. What is refused for its name or its label alone is never read, so it has no bytes here.
"""

import hashlib
from datetime import UTC, datetime

from fototeca.archive import keys
from fototeca.archive.store import Store, as_json


def quarantine(store: Store, collection: str, name: str, reason: str, source: str, content: bytes) -> None:
    """Keep a refused file with its reason; the same refusal is kept once."""
    sha256 = hashlib.sha256(content).hexdigest() if content else None
    if sha256:
        store.put_new(keys.quarantine(collection, f"bytes/{sha256}"), content)
    record = {
        "name": name,
        "reason": reason,
        "source": source,
        "sha256": sha256,
        "bytes": len(content) if content else None,
    }
    refusal = hashlib.sha256(as_json(record)).hexdigest()[:32]
    at = datetime.now(UTC).isoformat(timespec="seconds")
    store.put_new(keys.quarantine(collection, f"{refusal}.json"), as_json(record | {"at": at}))
