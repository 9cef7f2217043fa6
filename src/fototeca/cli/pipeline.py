"""The verbs of the pipeline, as commands. Steps are imported when their command runs: some are heavy."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fototeca.cli.present import AsJson, progress_shown, show, show_table
from fototeca.collections.recipe import Task
from fototeca.context import open_context

if TYPE_CHECKING:
    from fototeca.selection.ledger import Entry

Collection = Annotated[str, typer.Argument(help="Name of the collection, such as mars; `fototeca collections` lists.")]
Dataset = Annotated[str | None, typer.Option(help="Version of the dataset; the newest, if not given.")]
Answering = Annotated[
    Task | None,
    typer.Option("--task", help="Compare networks that answer so, a class or a year; else the collection's own task."),
]


def sample(
    folder: Annotated[Path, typer.Argument(help="Folder to draw into.")],
    collection: Annotated[str, typer.Option(help="Whose sample: mars or photos.")] = "mars",
    seed: Annotated[int, typer.Option(help="Same seed, same images.")] = 7,
    uploads: Annotated[int, typer.Option(min=0, help="How many new, unlabelled images to draw beside them.")] = 120,
    as_json: AsJson = False,
) -> None:
    """Draw sample images, marked as synthetic: landmarks of Mars as version 3.2's zip has them, or dated photographs
    with a CSV of their captions.
    """
    from fototeca.samples import SAMPLES

    if collection not in SAMPLES:
        raise typer.BadParameter(f"{collection!r} has no sample; {' and '.join(SAMPLES)} have.")
    with progress_shown() as progress:
        drawn = SAMPLES[collection](folder, seed=seed, uploads=uploads, progress=progress)
    shown = {"source": str(drawn.source), "uploads": str(drawn.uploads)}
    show(shown, f"Drawn: {drawn.source} and {drawn.uploads}", as_json)


def ingest(
    collection: Collection,
    source: Annotated[str, typer.Argument(help="A folder, a zip, a CSV of files and labels, or s3://bucket/prefix.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="The dataset becomes exactly this source, instead of growing by it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure and pack a source's images into the archive, and write the dataset's manifest.

    What can't be used goes to quarantine with its reason, and the rest goes on. Ingesting the same again adds nothing.
    """
    from fototeca.steps.ingest import ingest as step

    with progress_shown() as progress:
        result = step(open_context(), collection, source, replace=replace, progress=progress)
    outcome = f"{result.added} added" if result.created else "already done, nothing added"
    show(
        result,
        f"Dataset {result.dataset} of {collection}: {result.images} images ({outcome}), "
        f"{result.duplicates} duplicates, {result.refused} refused{' (SYNTHETIC)' if result.synthetic else ''}.",
        as_json,
    )


def validate(collection: Collection, dataset: Dataset = None, as_json: AsJson = False) -> None:
    """Check a dataset with Great Expectations; training takes only those that passed."""
    from fototeca.steps.validate import validate as step

    with progress_shown() as progress:
        result = step(open_context(), collection, dataset=dataset, progress=progress)
    warnings = "".join(f"\n  warning: {warning}" for warning in result.warnings)
    show(result, f"Dataset {result.dataset} of {collection} passed. Data Docs: {result.page}{warnings}", as_json)


def select(collection: Collection, dataset: Dataset = None, task: Answering = None, as_json: AsJson = False) -> None:
    """Compare the trained candidates on validation with the baseline and with what is in force, and say who wins.

    The test split is only reported.
    """
    from fototeca.steps.select import select as step

    with progress_shown() as progress:
        result = step(open_context(), collection, dataset=dataset, task=task, progress=progress)
    best = f"{result.architecture}, run {result.run}"
    said = {
        "promote": f"Winner on dataset {result.dataset}: {best}.",
        "keep": f"What is in force stays so; the best on dataset {result.dataset} is {best}.",
        "nothing": f"Nothing is to be deployed; the best on dataset {result.dataset} is {best}.",
    }[result.outcome]
    show(result, said + "".join(f"\n  {reason}" for reason in result.reasons), as_json)


def deploy(
    collection: Collection,
    architecture: Annotated[str | None, typer.Option(help="With --run: deploy this one, not the winner.")] = None,
    run: Annotated[str | None, typer.Option(help="A run of that architecture.")] = None,
    task: Answering = None,
    insist: Annotated[bool, typer.Option("--insist", help="Deploy it even if it is not good enough.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be put in force.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put the winner into service as a new version, once it answers a smoke request as it did in training.

    It must beat the baseline and what is in force, as `fototeca select` says; so must a run that is named.
    """
    from fototeca.selection.ledger import in_force
    from fototeca.selection.publishing import read_result
    from fototeca.steps.deploy import follow_verdict
    from fototeca.steps.select import select as choose

    if (architecture is None) != (run is None):
        raise typer.BadParameter("--architecture and --run go together.")
    context = open_context()
    with progress_shown() as progress:
        if architecture is None or run is None:
            verdict = choose(context, collection, task=task, progress=progress)
        else:
            result = read_result(context.store, collection, architecture, run)
            own, pair = result.get("task"), [(architecture, run)]
            verdict = choose(context, collection, dataset=result["dataset"], runs=pair, task=own, progress=progress)
    named = {"architecture": verdict.architecture, "run": verdict.run}
    if dry_run:
        now = in_force(context.store, collection)
        would = named | {"outcome": verdict.outcome, "insist": insist, "reasons": verdict.reasons}
        said = _would_do("promote" if insist else verdict.outcome, verdict.architecture, verdict.run, now)
        show(would | {"in_force": asdict(now) if now else None}, said, as_json)
        return
    with progress_shown() as progress:
        done = follow_verdict(context, collection, verdict.outcome, **named, insist=insist, progress=progress)
    state = "already in force" if done.already_done else "in force"
    show(done, f"Version {done.version} of {collection} ({done.architecture}, run {done.run}) is {state}.", as_json)


def _would_do(outcome: str, architecture: str, run: str, now: "Entry | None") -> str:
    before = f"version {now.version} ({now.architecture}, run {now.run})" if now else "nothing"
    if outcome == "promote":
        first = "" if now else ": it would be the first"
        return f"Would put {architecture}, run {run}, in force; now it is {before}{first}."
    why = "does not beat what is" if outcome == "keep" else "is not good enough"
    return f"Would change nothing: {architecture}, run {run}, {why}; in force stays {before}."


def history(collection: Collection, as_json: AsJson = False) -> None:
    """Show which version was in force when, newest first: promotions and rollbacks."""
    from fototeca.selection.ledger import entries

    known = [asdict(entry) for entry in entries(open_context().store, collection)]
    if as_json:
        show(known, "", as_json)
        return
    rows = [
        {name: entry[name] for name in ("version", "action", "architecture", "run")} | {"at (UTC)": entry["at"][:16]}
        for entry in known
    ]
    show_table(f"Versions of {collection}", rows)


def rollback(
    collection: Collection,
    to: Annotated[int | None, typer.Option(help="Version to go back to; the one before, if not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Put an earlier version back into service."""
    from fototeca.steps.rollback import rollback as step

    result = step(open_context(), collection, to=to)
    show(result, f"Version {result.version} of {collection} ({result.architecture}) is in force again.", as_json)


def upload(
    collection: Collection,
    folder: Annotated[Path, typer.Argument(exists=True, help="Folder (or one file) of new images.")],
    batch: Annotated[str | None, typer.Option(help="Name of the folder in the drop zone; the folder's own.")] = None,
    as_json: AsJson = False,
) -> None:
    """Put new images into the archive's drop zone, to be classified in the coming night."""
    from fototeca.steps.upload import upload as step

    with progress_shown() as progress:
        result = step(open_context(), collection, folder, batch=batch, progress=progress)
    show(result, f"{result.count} uploaded to {result.prefix}, {result.skipped} were there already.", as_json)


def classify(
    collection: Collection,
    date: Annotated[str | None, typer.Option(help="Date to file the predictions under, YYYY-MM-DD; today.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be classified.")] = False,
    as_json: AsJson = False,
) -> None:
    """Classify every upload that was not classified yet, each exactly once."""
    from fototeca.steps.classify import classify as step
    from fototeca.steps.classify import plan

    context = open_context()
    if dry_run:
        night = plan(context, collection, date=date)
        show(night, f"{night.uploads} uploads are waiting; version {night.version} would classify them.", as_json)
        return
    with progress_shown() as progress:
        result = step(context, collection, date=date, progress=progress)
    where = f" by version {result.version}: {result.prefix}" if result.classified else ""
    show(result, f"{result.classified} uploads classified{where}; {result.refused} refused.", as_json)


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (sample, ingest, validate, select, deploy, history, rollback, upload, classify):
        app.command(rich_help_panel="The pipeline")(command)
