"""Weights that networks begin with, kept in the archive for places that can download nothing."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from fototeca.archive import keys
from fototeca.archive.store import ObjectAbsent, Store
from fototeca.errors import WeightsUnavailable

RECORD = "weights.json"
NAMED = "archive:"
"""What the names of these weights begin with; the first digits of their sha256 follow."""
DIGITS = 12


@dataclass(frozen=True)
class StoredWeights:
    """A file of weights that the archive keeps."""

    architecture: str
    source: str
    """What a recipe calls them: "archive:" and the first digits of the sha256."""
    file: str
    """The name of the file that was given."""
    sha256: str
    bytes: int
    added: str
    """When, in UTC."""


def sha256_of(file: Path) -> str:
    """The hash of a file's content."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def put_weights(store: Store, architecture: str, file: Path) -> tuple[StoredWeights, bool]:
    """Keep a file under its hash, its record written last; what is kept, and whether it was not there before.

    A kept copy that is damaged is replaced.
    """
    sha256 = sha256_of(file)
    for known in list_weights(store, architecture):
        if known.sha256 == sha256 and _is_whole(store, known):
            return known, False
    store.upload(file, keys.weights(architecture, sha256, file.name))
    now = datetime.now(UTC).isoformat(timespec="seconds")
    kept = StoredWeights(architecture, f"{NAMED}{sha256[:DIGITS]}", file.name, sha256, file.stat().st_size, now)
    store.put_json(keys.weights(architecture, sha256, RECORD), asdict(kept))
    return kept, True


def list_weights(store: Store, architecture: str = "") -> Iterator[StoredWeights]:
    """The weights that the archive keeps: of one architecture, or of all."""
    for entry in list(store.list(keys.weights(architecture))):
        if entry.key.endswith(f"/{RECORD}"):
            yield StoredWeights(**store.get_json(entry.key))


def fetch_weights(store: Store, architecture: str, source: str, folder: Path) -> tuple[StoredWeights, Path]:
    """Fetch weights by their name in recipes into a folder, held to the hash that they were recorded with.

    Raises:
        WeightsUnavailable: the archive has none of that name for the architecture, or its copy is damaged.
    """
    digits = source.removeprefix(NAMED)
    known = list(list_weights(store, architecture))
    found = [one for one in known if digits and one.sha256.startswith(digits)]
    if len(found) != 1:
        names = ", ".join(one.source for one in known) or "none"
        raise WeightsUnavailable(
            f"The archive's weights for {architecture} are: {names}. {source!r} names {len(found)} of them; add a file "
            f"with `fototeca weights add {architecture} FILE`."
        )
    key = keys.weights(architecture, found[0].sha256, found[0].file)
    file = folder / found[0].file
    try:
        store.download(key, file)
    except ObjectAbsent as error:
        raise WeightsUnavailable(f"{error} Add it again: `fototeca weights add {architecture} FILE`.") from error
    if (now := sha256_of(file)) != found[0].sha256:
        raise WeightsUnavailable(
            f"s3://{store.bucket}/{key} is damaged: its sha256 is {now}, but {found[0].sha256} was recorded. "
            f"Add it again: `fototeca weights add {architecture} FILE`."
        )
    return found[0], file


def _is_whole(store: Store, known: StoredWeights) -> bool:
    try:
        content = store.get(keys.weights(known.architecture, known.sha256, known.file))
    except ObjectAbsent:
        return False
    return hashlib.sha256(content).hexdigest() == known.sha256
