"""The command `fototeca`: one subcommand for each verb, and those that run the services of one machine."""

import os
import sys
from pathlib import Path

import typer

from fototeca.archive.store import as_json
from fototeca.cli import describe, learning, machine, pages, pipeline, training, weights
from fototeca.errors import FototecaError
from fototeca.machine import environment

app = typer.Typer(
    name="fototeca",
    help="""Keep the labels of an image archive up to date.

    The steps, in order: ingest, validate, train, select, deploy, classify. Each can be repeated without harm: what
    is done already is not done twice. `fototeca run` has Airflow do all of them on this machine.

    Exit statuses: 0 done, 2 wrong usage, 65 wrong data, 69 a service failed, 75 try again later, 78 wrong settings,
    130 interrupted.""",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for rooms in (pipeline, training, learning, pages, weights, machine, describe):
    rooms.register(app)


def main() -> None:
    """Run the command line; errors end it with one line for people and the status for programs."""
    home = Path(os.environ.get("FOTOTECA_HOME", ".fototeca"))
    if "FOTOTECA_ENDPOINT" not in os.environ:
        os.environ |= environment(home)
    try:
        app(standalone_mode=True)
    except FototecaError as error:
        _leave(f"{error}", error.exit_status)
    except KeyboardInterrupt:
        _leave("Interrupted.", 130)


def _leave(message: str, status: int) -> None:
    """Say why, also to whoever launched this as a job: Kubernetes' and our own launcher read that file."""
    sys.stderr.write(f"fototeca: {message}\n")
    if log := os.environ.get("FOTOTECA_TERMINATION_LOG"):
        Path(log).write_bytes(as_json({"message": message, "exit_status": status}))
    sys.exit(status)
