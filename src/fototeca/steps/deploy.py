"""Put a trained run into service."""

from fototeca.archive import keys
from fototeca.context import Context, Progress, unseen
from fototeca.errors import NothingToDeploy
from fototeca.selection.ledger import in_force
from fototeca.selection.promotion import Deployment, put_in_force
from fototeca.selection.publishing import publish, read_result
from fototeca.selection.shelf import COMPLETE
from fototeca.selection.verdict import Outcome


def deploy(
    context: Context,
    collection: str,
    *,
    architecture: str,
    run: str,
    reason: str = "deployed",
    progress: Progress = unseen,
) -> Deployment:
    """Publish a run as a new version, have the model server prove it, and put it in force.

    Whatever interrupts this, the same call ends it; a run that is in force already is only checked. `reason` goes
    into the ledger.

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
    return put_in_force(context, collection, model, "promote", reason, progress)


def follow_verdict(
    context: Context,
    collection: str,
    outcome: Outcome,
    *,
    architecture: str,
    run: str,
    insist: bool = False,
    progress: Progress = unseen,
) -> Deployment:
    """Do what a verdict on a run says: deploy it, or only check what is in force and stays so.

    `insist` deploys the run whatever the verdict, and has the ledger say so.

    Raises:
        NothingToDeploy: the verdict is that nothing is to be put into service.
        FototecaError: as `deploy`.
    """
    if outcome == "promote":
        return deploy(context, collection, architecture=architecture, run=run, progress=progress)
    if insist:
        reason = f"a person insisted, though the verdict was: {outcome}"
        return deploy(context, collection, architecture=architecture, run=run, reason=reason, progress=progress)
    now = in_force(context.store, collection)
    if outcome == "nothing" or now is None:
        raise NothingToDeploy(
            f"{architecture}, run {run}, is not good enough for {collection}: `fototeca select {collection}` says why. "
            f"What was in force stays so. A person may insist: `fototeca deploy {collection} --insist`."
        )
    return deploy(context, collection, architecture=now.architecture, run=now.run, progress=progress)
