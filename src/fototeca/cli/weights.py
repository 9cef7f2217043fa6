"""The commands `fototeca weights`: what networks begin with, kept in the archive."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from fototeca.cli.present import AsJson, show, show_table
from fototeca.context import open_context


def add(
    architecture: Annotated[str, typer.Argument(help="The network; `fototeca architectures` lists them.")],
    file: Annotated[Path, typer.Argument(help="A .pth file of PyTorch, or an .h5 file of Keras.")],
    as_json: AsJson = False,
) -> None:
    """Put pretrained weights into the archive, for machines that can download nothing.

    The file is refused unless the network can begin with it. Recipes name it as this command tells, for instance
    `weights: archive:579344248a93`; it is held to its hash each time that it is read.
    """
    from fototeca.steps.weights import add_weights

    added = add_weights(open_context(), architecture, file)
    done = "kept already" if added.already_done else "kept"
    show(added, f"{added.weights.file} is {done} for {architecture}, as weights: {added.weights.source}", as_json)


def list_(as_json: AsJson = False) -> None:
    """List the pretrained weights that the archive keeps."""
    from fototeca.steps.weights import list_weights

    known = [asdict(one) for one in list_weights(open_context().store)]
    if as_json:
        show(known, "", as_json)
        return
    columns = ("architecture", "source", "file", "bytes", "added")
    show_table("Weights in the archive", [{column: one[column] for column in columns} for one in known])


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    weights = typer.Typer(help="Keep pretrained weights in the archive.", no_args_is_help=True)
    weights.command()(add)
    weights.command("list")(list_)
    app.add_typer(weights, name="weights", rich_help_panel="The pipeline")
