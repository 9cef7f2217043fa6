"""Jobs as processes of this machine, which outlive whoever started them."""

import contextlib
import fcntl
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from fototeca.errors import SettingsError
from fototeca.jobs.launcher import Job, JobState, JobStatus

MARK = "FOTOTECA_TERMINATION_LOG"
"""Variable that tells a job where to report its error; a job's processes are known by its value, whoever asks."""
PERMANENT = {2, 65, 69, 78}
"""Exit statuses with which trying again can't help: wrong usage, and those of `fototeca.errors.PermanentError`."""
GRACE = 5.0
"""Seconds that a cancelled job has before it is killed."""
OUTPUT_END = 2000
"""Bytes of output shown for a job that reported no error of its own."""
RUN = 'status=0; "$@" || status=$?; echo $status > "$0.part"; mv "$0.part" "$0"'
"""Shell script that runs a command and leaves its exit status in a file, for those who are not its parent."""


class ProcessLauncher:
    """Runs each job in a session of its own; its log and outcome lie in a folder of its name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.children: list[int] = []

    def submit(self, job: Job) -> None:
        """Start the job, unless one of its name is running already: then that one is adopted.

        Raises:
            SettingsError: the name can't be a folder's.
        """
        own = self._own(job.name)
        own.mkdir(parents=True, exist_ok=True)
        with _locked(own / "lock"):
            if _processes(own):
                return
            for file in ("status", "termination", "log"):
                (own / file).unlink(missing_ok=True)
            command = ["/bin/sh", "-c", RUN, str(own / "status"), sys.executable, "-m", "fototeca", *job.arguments]
            environment = {**os.environ, **job.environment, MARK: str(own / "termination"), "PYTHONUNBUFFERED": "1"}
            self.children.append(_spawn(command, environment, own / "log"))

    def status(self, name: str) -> JobStatus:
        """Where the job is now."""
        own = self._own(name)
        self._reap()
        if not own.exists():
            return JobStatus(JobState.ABSENT)
        with _locked(own / "lock"):  # not while it is being started
            if _processes(own):
                return JobStatus(JobState.RUNNING)
        try:
            status = int((own / "status").read_text())
        except FileNotFoundError:
            return JobStatus(JobState.FAILED, f"Its process was killed. It had printed last: {_end(own / 'log')}")
        if status == 0:
            return JobStatus(JobState.SUCCEEDED)
        return JobStatus(JobState.FAILED, _reported(own) or _end(own / "log"), permanent=status in PERMANENT)

    def output(self, name: str, offset: int) -> tuple[str, int]:
        """What the job has printed since `offset` (bytes), and the offset to ask with next.

        A job that was started anew prints from its beginning again.
        """
        log = self._own(name) / "log"
        if not log.exists():
            return "", 0
        with log.open("rb") as content:
            content.seek(offset if offset <= log.stat().st_size else 0)
            text = content.read()
            return text.decode(errors="replace"), content.tell()

    def cancel(self, name: str) -> None:
        """End the job and every process that it started: first asked, after a few seconds killed."""
        own = self._own(name)
        if not own.exists():
            return
        with _locked(own / "lock"):
            running = _processes(own)
            for process in running:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.terminate()
            psutil.wait_procs(running, timeout=GRACE)
            for process in _processes(own):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(running, timeout=GRACE)

    def _reap(self) -> None:
        """Let the system forget ended jobs that this process started."""
        for pid in list(self.children):
            with contextlib.suppress(ChildProcessError):  # somebody else has waited for it
                if os.waitpid(pid, os.WNOHANG) == (0, 0):
                    continue
            self.children.remove(pid)

    def _own(self, name: str) -> Path:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,199}", name):
            raise SettingsError(f"{name!r} can't name a job: only letters, digits and dashes can.")
        return self.folder / name


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Held by one at a time; let go of by the system if its holder dies."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _spawn(command: list[str], environment: dict[str, str], log: Path) -> int:
    """Start a process that needs nothing of this one: neither its terminal nor its life. Returns its id."""
    pid = os.posix_spawn(
        command[0],
        command,
        environment,
        setsid=True,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
    )
    with contextlib.suppress(psutil.Error):  # it has ended already
        while not psutil.Process(pid).environ():  # empty until the system has loaded the program
            time.sleep(0.001)
    return pid


def _processes(own: Path) -> list[psutil.Process]:
    """The living processes of a job."""
    found: list[psutil.Process] = []
    mark = str(own / "termination")
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):  # ended meanwhile, or somebody else's
            if process.environ().get(MARK) == mark:
                found.append(process)
    return found


def _reported(own: Path) -> str:
    try:
        return str(json.loads((own / "termination").read_text())["message"])
    except (FileNotFoundError, json.JSONDecodeError, KeyError, TypeError):
        return ""


def _end(log: Path) -> str:
    return (log.read_bytes() if log.exists() else b"")[-OUTPUT_END:].decode(errors="replace").strip() or "nothing"
