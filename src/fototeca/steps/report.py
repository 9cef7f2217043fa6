"""Writing the page that shows a training run beside its competitors."""

from collections.abc import Sequence
from dataclasses import dataclass

from fototeca.archive import keys
from fototeca.archive.store import ObjectAbsent
from fototeca.context import Context
from fototeca.errors import NothingToDeploy
from fototeca.report.gather import gather
from fototeca.report.page import render_report
from fototeca.steps.publish import publish


@dataclass(frozen=True)
class Report:
    """Where a report lies."""

    collection: str
    path: str
    """File on this machine."""
    latest: str
    """File on this machine that is always the newest report of the collection."""
    key: str
    """Key in the archive."""


def write_report(
    context: Context,
    collection: str,
    *,
    architecture: str,
    run: str,
    candidates: Sequence[tuple[str, str]] = (),
    reasons: Sequence[str] = (),
) -> Report:
    """Write the report on a run, again if it exists: its competitors may have changed.

    Args:
        context: settings and archive.
        collection: name of the collection.
        architecture: the network that the report is about.
        run: its training run.
        candidates: architecture and run of everything that it was compared with.
        reasons: why it won, in sentences.

    Raises:
        NothingToDeploy: no such run was trained to its end.
        ArchiveUnavailable: object storage does not answer, or an image in it is damaged.
    """
    context.collection(collection)
    try:
        facts = gather(context, collection, architecture=architecture, run=run, candidates=candidates, reasons=reasons)
    except ObjectAbsent as error:
        raise NothingToDeploy(
            f"There is no finished run {run!r} of {architecture!r} on {collection} to report on: {error} "
            f"`fototeca train {collection} --architecture {architecture}` makes one."
        ) from error
    folder = context.reports / collection
    path, latest = folder / f"report-{facts.winner['dataset']}-{facts.winner['run']}.html", folder / "index.html"
    key = keys.model(collection, architecture, run, "report.html")
    publish(context, render_report(facts), key, path, latest)
    return Report(collection, str(path), str(latest), key)
