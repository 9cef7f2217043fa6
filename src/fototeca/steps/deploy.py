"""Put a trained run into service."""

from fototeca.archive import keys
from fototeca.context import Context, Progress, unseen
from fototeca.selection.ledger import in_force
from fototeca.selection.promotion import Deployment, put_in_force
from fototeca.selection.publishing import publish, read_result
from fototeca.selection.shelf import COMPLETE


def deploy(
    context: Context, collection: str, *, architecture: str, run: str, progress: Progress = unseen
) -> Deployment:
    """Publish a run as a new version, have the model server prove it, and put it in force.

    Whatever interrupts this, the same call ends it; a run that is in force already is only checked.

    Raises:
        NothingToDeploy: there is no such run.
        ModelRejected: the server can't load or run it, or answers otherwise than training; what was in force stays.
        ServingUnavailable: the server did not have it available in time; what was in force stays.
        Conflict: another version was put in force meanwhile.
    """
    context.collection(collection)
    store, now = context.store, in_force(context.store, collection)
    if now and (now.architecture, now.run) == (architecture, run):
        model = store.get_json(keys.served(collection, now.version, COMPLETE))
    else:
        result = read_result(store, collection, architecture, run)
        model = publish(store, collection, result, context.scratch, progress)
    return put_in_force(context, collection, model, "promote", "deployed", progress)
