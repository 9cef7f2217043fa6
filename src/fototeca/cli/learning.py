"""Finding a learning rate, as a command."""

from typing import Annotated

import typer

from fototeca.cli.pipeline import Collection, Dataset
from fototeca.cli.present import AsJson, progress_shown, show
from fototeca.cli.training import Changes
from fototeca.collections.changes import read_change
from fototeca.context import open_context
from fototeca.steps.find_lr import Phase


def find_lr(
    collection: Collection,
    architecture: Annotated[str, typer.Option(help="Name of the network; `fototeca architectures` lists them.")],
    dataset: Dataset = None,
    phase: Annotated[
        Phase | None, typer.Option(help="Train the head on the fixed body, or all of it; the recipe's last, if unset.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(min=20, max=1000, help="Rates to try; 100, or fewer where that takes minutes.")
    ] = None,
    changes: Changes = None,
    as_json: AsJson = False,
) -> None:
    """Find a learning rate for a network: try a rising one for some steps, and see where the loss falls.

    It writes a page with the curve. Nothing is kept of the network, and nothing in the archive changes.
    """
    from fototeca.steps.find_lr import find_lr as step

    asked = dict(map(read_change, changes or []))
    with progress_shown() as progress:
        found = step(
            open_context(),
            collection,
            architecture,
            dataset=dataset,
            phase=phase,
            steps=steps,
            progress=progress,
            **asked,
        )
    where = f"{architecture}, {found.phase}, {found.steps} steps on dataset {found.dataset}"
    if found.suggestion is None:
        said = f"No learning rate stands out ({where}): the loss falls at none. The recipe says {found.current:.1e}."
    else:
        said = f"Learning rate {found.suggestion:.1e} ({where}; the recipe says {found.current:.1e}):\n{found.use}"
    show(found, f"{said}\nThe curve: {found.path}", as_json)


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command(rich_help_panel="The pipeline")(find_lr)
