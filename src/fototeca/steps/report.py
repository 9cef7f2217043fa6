"""Writing the pages that show training runs: each one's own, its model card, and all of them side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fototeca.archive import keys
from fototeca.archive.store import ObjectAbsent
from fototeca.context import Context, Progress, unseen
from fototeca.errors import NothingToDeploy
from fototeca.report.card import render_card
from fototeca.report.facts import Named, Outcome
from fototeca.report.gather import read_comparison, read_run
from fototeca.report.page import render_comparison, render_run
from fototeca.steps.publish import publish


@dataclass(frozen=True)
class Report:
    """Where the pages lie."""

    collection: str
    path: str
    """File of the comparison, on this machine."""
    latest: str
    """File on this machine that is always the newest comparison of the collection."""
    key: str
    """Key of the comparison in the archive."""
    pages: list[str]
    """Files of the runs' own pages, on this machine; each has its model card, `card.md`, beside it."""


def write_report(
    context: Context,
    collection: str,
    *,
    candidates: Sequence[Named],
    chosen: Named | None = None,
    champion: Named | None = None,
    outcome: Outcome | None = None,
    reasons: Sequence[str] = (),
    progress: Progress = unseen,
) -> Report:
    """Write the pages on runs of one dataset, again if they exist: what they are compared with may have changed.

    Args:
        context: settings and archive.
        collection: name of the collection.
        candidates: architecture and run of everything that was compared, the best first; one alone will do.
        chosen: the one that is put, or stays, in force.
        champion: what was in force before.
        outcome: what came of the comparison.
        reasons: why, in sentences.
        progress: told how many runs' pages are written.

    Raises:
        NothingToDeploy: no runs are named, or one of them was not trained to its end.
        ArchiveUnavailable: object storage does not answer, or an image in it is damaged.
    """
    context.collection(collection)
    if not candidates:
        raise NothingToDeploy(f"No run of {collection} is named to report on: `fototeca train {collection}` makes one.")
    try:
        comparison = read_comparison(
            context,
            collection,
            candidates=candidates,
            chosen=chosen,
            champion=champion,
            outcome=outcome,
            reasons=reasons,
        )
        folder = context.reports / collection
        pages = []
        for done, result in enumerate(comparison.candidates):
            progress(done, len(candidates), "writing the pages of runs")
            facts = read_run(context, result, champion)
            own = folder / result["architecture"] / result["run"]
            for name, content in (("report.html", render_run(facts)), ("card.md", render_card(facts))):
                key = keys.model(collection, result["architecture"], result["run"], name)
                publish(context, content, key, own / name)
            pages.append(str(own / "report.html"))
    except ObjectAbsent as error:
        raise NothingToDeploy(
            f"A run of {collection} to report on did not end: {error} `fototeca train {collection}` makes it again."
        ) from error
    version = comparison.dataset["dataset"]
    path, latest = folder / f"comparison-{version}.html", folder / "index.html"
    key = keys.comparison(collection, version)
    publish(context, render_comparison(comparison), key, path, latest)
    progress(len(candidates), len(candidates), "writing the pages of runs")
    return Report(collection, str(path), str(latest), key, pages)


def report_verdict(
    context: Context, collection: str, verdict: Mapping[str, Any], progress: Progress = unseen
) -> Report:
    """Write the pages on a verdict, as `select` gives it; its runs are records, or pairs of architecture and run.

    Raises:
        NothingToDeploy: one of its runs was not trained to its end.
        ArchiveUnavailable: object storage does not answer, or an image in it is damaged.
    """
    outcome, champion = verdict.get("outcome"), _named(verdict.get("champion"))
    chosen = {"promote": _named(verdict), "keep": champion}.get(outcome or "")
    return write_report(
        context,
        collection,
        candidates=[named for named in map(_named, verdict["candidates"]) if named],
        chosen=chosen,
        champion=champion,
        outcome=outcome,
        reasons=verdict["reasons"],
        progress=progress,
    )


def _named(run: Any) -> Named | None:
    """The architecture and the run that a record, or a pair, names."""
    if not run:
        return None
    architecture, name = (run.get("architecture"), run.get("run")) if isinstance(run, Mapping) else run
    return (architecture, name) if architecture and name else None
