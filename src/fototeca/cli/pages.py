"""The pages that people look at, as commands."""

from dataclasses import asdict
from typing import Annotated

import typer

from fototeca.cli.pipeline import Answering, Collection, Dataset
from fototeca.cli.present import AsJson, progress_shown, show
from fototeca.context import open_context


def describe(
    collection: Collection,
    dataset: Dataset = None,
    curve: Annotated[
        bool, typer.Option("--curve/--no-curve", help="Draw the learning curve, which looks at every image.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Write the page about the images: where they are, which classes, how balanced, whether more would help."""
    from fototeca.steps.describe import describe as step

    with progress_shown() as progress:
        result = step(open_context(), collection, dataset, curve=curve, progress=progress)
    absent = f", none of {', '.join(result.absent)}" if result.absent else ""
    verdicts = "".join(f"\n  {one['verdict']}" for one in result.curves)
    show(
        result,
        f"Dataset {result.dataset} of {collection}: {result.images:,} images{absent}; the commonest class has "
        f"{result.imbalance:.1f} times the rarest's; {result.quarantined:,} files in quarantine.{verdicts}\n"
        f"The page: {result.path}",
        as_json,
    )


def report(collection: Collection, dataset: Dataset = None, task: Answering = None, as_json: AsJson = False) -> None:
    """Write the pages on the trained networks: each one's own, its model card, and all of them side by side."""
    from fototeca.steps.report import report_verdict
    from fototeca.steps.select import select as choose

    context = open_context()
    with progress_shown() as progress:
        verdict = choose(context, collection, dataset=dataset, task=task, progress=progress)
        result = report_verdict(context, collection, asdict(verdict), progress)
    pages = "".join(f"\n  {page}" for page in result.pages)
    show(result, f"The networks side by side: {result.path}. Each one's own page:{pages}", as_json)


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (describe, report):
        app.command(rich_help_panel="The pipeline")(command)
