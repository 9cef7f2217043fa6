"""What a launcher of jobs can do, whatever runs them."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from fototeca.settings import Settings


class JobState(Enum):
    """Where a job is; a job that was never submitted, or was cleaned up, is absent."""

    ABSENT = "absent"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True)
class Job:
    """A `fototeca` command to run to its end, once."""

    name: str
    """Derived from what the job does, so that the same work has the same name: letters, digits and dashes."""
    arguments: tuple[str, ...]
    """What follows `fototeca` on the command line."""
    environment: dict[str, str] = field(default_factory=dict)
    """Added to the launcher's own environment; never holds a secret."""


@dataclass(frozen=True)
class JobStatus:
    """A job's state and, where it failed, why."""

    state: JobState
    message: str = ""
    """The error that the command reported, or the end of its output."""
    permanent: bool = False
    """Whether the command said that trying again can't help."""


class Launcher(Protocol):
    """Runs jobs by name; every method can be repeated without harm."""

    def submit(self, job: Job) -> None:
        """Start the job, unless one of its name is running already: then that one is adopted."""

    def status(self, name: str) -> JobStatus:
        """Where the job is now."""

    def output(self, name: str, offset: int) -> tuple[str, int]:
        """What the job has printed since `offset` (bytes), and the offset to ask with next."""

    def cancel(self, name: str) -> None:
        """End the job and every process that it started."""


def make_launcher(settings: Settings) -> Launcher:
    """The launcher that the settings ask for."""
    from fototeca.jobs.process import ProcessLauncher

    return ProcessLauncher(settings.home.absolute() / "jobs")
