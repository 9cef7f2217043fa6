"""The verbs of the pipeline, as commands. Steps are imported when their command runs: some are heavy."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from fototeca.cli.present import AsJson, progress_shown, show, show_table
from fototeca.context import open_context

Collection = Annotated[str, typer.Argument(help="Name of the collection, such as mars; `fototeca collections` lists.")]
Dataset = Annotated[str | None, typer.Option(help="Version of the dataset; the newest, if not given.")]
SHARE = "{:.1%}".format


def sample(
    folder: Annotated[Path, typer.Argument(help="Folder to draw into.")],
    seed: Annotated[int, typer.Option(help="Same seed, same images.")] = 7,
    uploads: Annotated[int, typer.Option(min=0, help="How many new, unlabelled images to draw beside the zip.")] = 120,
    as_json: AsJson = False,
) -> None:
    """Draw sample landmarks of Mars, marked as synthetic, laid out as version 3.2's zip is."""
    from fototeca.samples import draw_sample

    with progress_shown() as progress:
        drawn = draw_sample(folder, seed=seed, uploads=uploads, progress=progress)
    show({"zip": str(drawn.zip), "uploads": str(drawn.uploads)}, f"Drawn: {drawn.zip} and {drawn.uploads}", as_json)


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


def train(
    collection: Collection,
    architecture: Annotated[str, typer.Option(help="Name of the network; `fototeca architectures` lists them.")],
    dataset: Dataset = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="At most so many; the collection's, if not given.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1)] = None,
    learning_rate: Annotated[float | None, typer.Option(min=0.0)] = None,
    seed: Annotated[int | None, typer.Option()] = None,
    as_json: AsJson = False,
) -> None:
    """Train one network on a dataset; a run that was interrupted goes on from its last checkpoint."""
    from fototeca.steps.train import train as step

    with progress_shown() as progress:
        result = step(
            open_context(),
            collection,
            architecture,
            dataset=dataset,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            seed=seed,
            progress=progress,
        )
    done = " (already done)" if result.already_done else ""
    scores = ", ".join(f"{split} {SHARE(m['accuracy'])}" for split, m in result.metrics.items())
    show(result, f"{architecture}, run {result.run}{done}: accuracy {scores}.", as_json)


def select(collection: Collection, dataset: Dataset = None, as_json: AsJson = False) -> None:
    """Compare the trained candidates on validation, and name the winner; the test split is only reported."""
    from fototeca.steps.select import select as step

    result = step(open_context(), collection, dataset=dataset)
    reasons = "".join(f"\n  {reason}" for reason in result.reasons)
    show(result, f"Winner on dataset {result.dataset}: {result.architecture}, run {result.run}.{reasons}", as_json)


def report(collection: Collection, dataset: Dataset = None, as_json: AsJson = False) -> None:
    """Write the page that shows the winner beside its competitors: figures, curves, mistakes as pictures."""
    from fototeca.steps.report import write_report
    from fototeca.steps.select import select as choose

    context = open_context()
    verdict = choose(context, collection, dataset=dataset)
    result = write_report(
        context,
        collection,
        architecture=verdict.architecture,
        run=verdict.run,
        candidates=[(one["architecture"], one["run"]) for one in verdict.candidates],
        reasons=verdict.reasons,
    )
    show(result, f"The report on {verdict.architecture}, run {verdict.run}: {result.path}", as_json)


def deploy(
    collection: Collection,
    architecture: Annotated[str | None, typer.Option(help="With --run: deploy this one, not the winner.")] = None,
    run: Annotated[str | None, typer.Option(help="A run of that architecture.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be put in force.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put the winner into service as a new version, once it answers a smoke request as it did in training."""
    from fototeca.selection.ledger import in_force
    from fototeca.steps.deploy import deploy as step
    from fototeca.steps.select import select as choose

    if (architecture is None) != (run is None):
        raise typer.BadParameter("--architecture and --run go together.")
    context = open_context()
    if architecture is None or run is None:
        verdict = choose(context, collection)
        architecture, run = verdict.architecture, verdict.run
    if dry_run:
        now = in_force(context.store, collection)
        before = (
            f"version {now.version} ({now.architecture}, run {now.run})" if now else "nothing: it would be the first"
        )
        would = {"architecture": architecture, "run": run, "in_force": asdict(now) if now else None}
        show(would, f"Would put {architecture}, run {run}, in force; now it is {before}.", as_json)
        return
    with progress_shown() as progress:
        result = step(context, collection, architecture=architecture, run=run, progress=progress)
    done = "already in force" if result.already_done else "in force"
    show(
        result,
        f"Version {result.version} of {collection} ({result.architecture}, run {result.run}) is {done}.",
        as_json,
    )


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
    for command in (sample, ingest, validate, train, select, report, deploy, history, rollback, upload, classify):
        app.command(rich_help_panel="The pipeline")(command)
