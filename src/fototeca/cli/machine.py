"""Commands that run the services of one machine, and the main job on them."""

from pathlib import Path
from typing import Annotated

import typer

from fototeca.cli.present import AsJson, console, show, show_table
from fototeca.collections.recipe import Task
from fototeca.context import open_context
from fototeca.settings import load_settings


def run(
    collection: Annotated[str, typer.Argument(help="Name of the collection.")] = "mars",
    source: Annotated[
        str | None, typer.Option(help="Folder, zip or CSV of labelled images; without it, a sample is drawn.")
    ] = None,
    uploads: Annotated[
        Path | None, typer.Option(help="Folder of new images to classify; else the sample's, or held-out ones.")
    ] = None,
    task: Annotated[
        Task | None, typer.Option(help="What the networks are to answer; else what the collection's YAML says.")
    ] = None,
) -> None:
    """Start the services, and have Airflow do the main job: from images to predictions.

    What is done already is found, not done again. The services stay up; `fototeca stop` stops them.
    """
    from fototeca.machine.run import run as main_job

    main_job(collection, source=source, uploads=uploads, task=task)


def start() -> None:
    """Start the services of this machine: object storage, Airflow, the model server and its sync."""
    from fototeca import machine

    machine.start(load_settings().home)


def stop() -> None:
    """Stop the services and jobs of this machine; what they stored stays."""
    from fototeca import machine

    stopped = machine.stop(load_settings().home)
    console.print(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.", highlight=False)


def status(as_json: AsJson = False) -> None:
    """Say which services run, and where."""
    from fototeca import machine

    states = machine.status(load_settings().home)
    if as_json:
        show(states, "", as_json)
    else:
        show_table(
            "Services", [{"service": s.name, "state": s.state, "where": s.address, "log": s.log} for s in states]
        )


def serve(
    models: Annotated[Path, typer.Option(help="Folder of <collection>/<version>/ and models.config.")],
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8500,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve models over TensorFlow Serving's gRPC API, on machines without TensorFlow Serving."""
    from fototeca.serving.local_server import serve as local_server

    local_server(models, host=host, port=port)


def sync(
    models: Annotated[Path, typer.Option(help="Folder to mirror the promoted models into.")],
    interval: Annotated[float, typer.Option(min=0.1, help="Seconds between looks at the archive.")] = 2.0,
) -> None:
    """Mirror promoted models from the archive into a model server's folder, until stopped."""
    from fototeca.steps.sync import sync_forever

    sync_forever(open_context(), models, interval=interval)


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (run, start, stop, status, serve, sync):
        app.command(rich_help_panel="One machine")(command)
