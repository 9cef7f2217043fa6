"""The versions of each collection that lie in `serving/`: which of them may be served, and which are wanted."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fototeca.archive import keys
from fototeca.archive.store import Store
from fototeca.selection.ledger import in_force
from fototeca.serving.configuration import ServedModel

COMPLETE, REJECTED = "complete.json", "rejected.json"
KEY = re.compile(r"serving/(?P<collection>[a-z][a-z0-9_]{0,39})/(?P<version>ledger|[1-9][0-9]{0,17})/(?P<name>.+)")


@dataclass
class Shelf:
    """What a collection has in `serving/`."""

    objects: dict[int, list[str]] = field(default_factory=dict)
    """Names of each version's objects, below its number."""
    promoted: bool = False
    """Whether its ledger has an entry."""

    @property
    def complete(self) -> set[int]:
        """Versions that were written to their end."""
        return {version for version, names in self.objects.items() if COMPLETE in names}

    @property
    def servable(self) -> set[int]:
        """Complete versions that no server has rejected."""
        return {version for version in self.complete if REJECTED not in self.objects[version]}


def read_shelves(store: Store, collection: str = "") -> dict[str, Shelf]:
    """Every collection's shelf, or that of one; keys that are not laid out as ours are passed over."""
    shelves: dict[str, Shelf] = {}
    for entry in store.list(keys.served_collection(collection) if collection else keys.SERVED):
        if found := KEY.fullmatch(entry.key):
            shelf = shelves.setdefault(found["collection"], Shelf())
            if found["version"] == "ledger":
                shelf.promoted = True
            else:
                shelf.objects.setdefault(int(found["version"]), []).append(found["name"])
    return shelves


def wanted_models(
    store: Store,
    base: str,
    *,
    tried: Mapping[str, int] | None = None,
    present: Callable[[str, int], bool] = lambda collection, version: True,
) -> list[ServedModel]:
    """What the ledgers want served: each version in force, and the one before it, to go back to at once.

    `base` is the model server's folder of `<collection>/<version>/`; `tried` adds a version of a collection that is
    being tried; versions that are not `present` are left out.
    """
    tried = tried or {}
    models = []
    for collection, shelf in sorted(read_shelves(store).items()):
        entry = in_force(store, collection) if shelf.promoted else None
        wanted = {tried.get(collection)} | ({entry.version, entry.previous} if entry else set())
        versions = tuple(sorted(v for v in wanted if v in shelf.servable and present(collection, v)))
        if versions:
            stable = entry.version if entry and entry.version in versions else None
            models.append(ServedModel(collection, f"{base}/{collection}", versions, stable))
    return models
