"""Put an earlier version back into service."""

from fototeca.archive import keys
from fototeca.context import Context, Progress, unseen
from fototeca.errors import NothingToDeploy
from fototeca.selection.ledger import entries
from fototeca.selection.promotion import Deployment, put_in_force
from fototeca.selection.shelf import COMPLETE, Shelf, read_shelves


def rollback(context: Context, collection: str, *, to: int | None = None, progress: Progress = unseen) -> Deployment:
    """Put version `to` in force, or the one that the version in force had replaced.

    Rolling back twice goes back two versions.

    Raises:
        NothingToDeploy: there is no such version.
        ModelRejected: the server can't load or run it any more; what was in force stays.
        ServingUnavailable: the server did not have it available in time; what was in force stays.
        Conflict: another version was put in force meanwhile.
    """
    context.collection(collection)
    version = _replaced(context, collection) if to is None else to
    there = read_shelves(context.store, collection).get(collection, Shelf()).servable
    if version not in there:
        known = ", ".join(map(str, sorted(there))) or "none"
        raise NothingToDeploy(f"Version {version} of {collection} can't be served; those that can: {known}.")
    model = context.store.get_json(keys.served(collection, version, COMPLETE))
    return put_in_force(context, collection, model, "rollback", "asked for", progress)


def _replaced(context: Context, collection: str) -> int:
    history = list(entries(context.store, collection))
    if not history:
        raise NothingToDeploy(f"No version of {collection} was ever deployed: there is nothing to go back to.")
    now = history[0].version
    promoted = next(entry for entry in history if entry.version == now and entry.action == "promote")
    if promoted.previous is None:
        raise NothingToDeploy(f"Version {now} of {collection} is the first: there is nothing to go back to.")
    return promoted.previous
