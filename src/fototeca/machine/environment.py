"""What processes on this machine need in their environment to reach its services."""

import os
import shlex
import sys
from pathlib import Path

OWN_PREFIXES = ("FOTOTECA_", "AWS_", "AIRFLOW_")


def environment(home: Path) -> dict[str, str]:
    """The variables with which everything on this machine finds the services; empty where none were ever started.

    Settings that the caller's own environment has already are left out; credentials are not, since they belong to
    the endpoint.
    """
    file = home / "environment"
    if not file.exists():
        return {}
    pairs = (line.partition("=") for line in file.read_text(encoding="utf-8").splitlines() if line)
    kept = {name: "".join(shlex.split(value)) for name, _, value in pairs}
    return {name: value for name, value in kept.items() if name.startswith("AWS_") or name not in os.environ}


def write_environment(home: Path, variables: dict[str, str]) -> None:
    """Keep the variables, in a form that a shell can read too: `set -a; . .fototeca/environment`."""
    lines = (f"{name}={shlex.quote(value)}\n" for name, value in sorted(variables.items()))
    write_private(home / "environment", "".join(lines))


def write_private(file: Path, content: str) -> None:
    """Write a file that only its owner can read; it appears complete or not at all."""
    part = file.with_name(f".{file.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(content)
    part.replace(file)


def inherited() -> dict[str, str]:
    """What services inherit from here: all but what would point them at other services or accounts."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OWN_PREFIXES)}


def own_settings() -> dict[str, str]:
    """The settings of Fototeca that whoever starts the services has made."""
    job_only = "FOTOTECA_TERMINATION_LOG"
    return {name: value for name, value in os.environ.items() if name.startswith("FOTOTECA_") and name != job_only}


def beside_python(program: str) -> str:
    """A program of the environment that runs this, whatever PATH says."""
    return str(Path(sys.executable).with_name(program))
