"""Commands that tell what there is: architectures, collections, settings."""

import typer

from fototeca.cli.present import AsJson, show, show_table
from fototeca.collections import list_collections
from fototeca.settings import describe_settings, load_settings


def architectures(as_json: AsJson = False) -> None:
    """List the networks that can be trained, with their inputs and exact numbers of parameters (8 classes)."""
    from fototeca.learning.architectures import describe

    known = describe()
    if as_json:
        show(known, "", as_json)
        return
    show_table(
        "Architectures (8 classes)",
        [
            {
                "name": one.name,
                "input": "x".join(map(str, one.input_shape)),
                "parameters": f"{one.parameters.total:,}",
                "trainable": f"{one.parameters.trainable:,}",
            }
            for one in known
        ],
    )


def collections(as_json: AsJson = False) -> None:
    """List the collections: the archives that Fototeca knows."""
    known = list_collections(load_settings().collections)
    if as_json:
        show([one.model_dump(mode="json") for one in known], "", as_json)
        return
    show_table(
        "Collections",
        [{"name": one.name, "title": one.title, "labels": ", ".join(one.vocabulary)} for one in known],
    )


def settings(as_json: AsJson = False) -> None:
    """Explain every setting and show what is in force; credentials are never among them."""
    show(load_settings().model_dump(mode="json"), describe_settings(), as_json)


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (architectures, collections, settings):
        app.command(rich_help_panel="What there is")(command)
