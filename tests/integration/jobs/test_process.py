"""Jobs as processes: real ones, of a stand-in for the `fototeca` command."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from fototeca.errors import SettingsError
from fototeca.jobs.launcher import Job, JobState, JobStatus
from fototeca.jobs.process import MARK, ProcessLauncher

COMMAND = """
    import json, os, subprocess, sys, time
    what, *rest = sys.argv[1:]
    print("began", what, *rest)
    if what == "fail":
        with open(os.environ["FOTOTECA_TERMINATION_LOG"], "w") as log:
            json.dump({"message": "too little data", "exit_status": int(rest[0])}, log)
        sys.exit(int(rest[0]))
    if what == "crash":
        raise ValueError("unforeseen")
    if what == "family":
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    if what != "end":
        time.sleep(600)
    print("ended, with", os.environ.get("EXTRA"))
"""


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProcessLauncher]:
    package = tmp_path / "stand-in" / "fototeca"
    package.mkdir(parents=True)
    (package / "__main__.py").write_text(textwrap.dedent(COMMAND))
    (package / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    launcher = ProcessLauncher(tmp_path / "jobs")
    yield launcher
    for job in launcher.folder.iterdir() if launcher.folder.exists() else ():
        launcher.cancel(job.name)


def wait_until(true: Callable[[], bool]) -> None:
    while not true():
        time.sleep(0.02)


def end(launcher: ProcessLauncher, name: str) -> JobStatus:
    wait_until(lambda: launcher.status(name).state is not JobState.RUNNING)
    return launcher.status(name)


def processes(launcher: ProcessLauncher, name: str) -> list[int]:
    mark, found = str(launcher.folder / name / "termination"), []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark:
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def test_a_job_runs_to_its_end_and_what_it_printed_can_be_read(launcher: ProcessLauncher) -> None:
    assert launcher.status("job").state is JobState.ABSENT
    assert launcher.output("job", 0) == ("", 0)
    launcher.submit(Job("job", ("end", "now"), {"EXTRA": "more"}))
    assert end(launcher, "job") == JobStatus(JobState.SUCCEEDED)
    text, offset = launcher.output("job", 0)
    assert text == "began end now\nended, with more\n"
    assert launcher.output("job", offset) == ("", offset)


@pytest.mark.parametrize(("status", "permanent"), [(65, True), (78, True), (75, False)])
def test_a_failure_says_why_and_whether_to_try_again(launcher: ProcessLauncher, status: int, permanent: bool) -> None:
    launcher.submit(Job("job", ("fail", str(status))))
    assert end(launcher, "job") == JobStatus(JobState.FAILED, "too little data", permanent)


def test_an_unforeseen_error_shows_the_end_of_the_output(launcher: ProcessLauncher) -> None:
    launcher.submit(Job("job", ("crash",)))
    status = end(launcher, "job")
    assert (status.state, status.permanent) == (JobState.FAILED, False)
    assert status.message.endswith("ValueError: unforeseen")


def test_a_killed_job_has_failed_but_may_be_tried_again(launcher: ProcessLauncher) -> None:
    launcher.submit(Job("job", ("stay",)))
    wait_until(lambda: "began" in launcher.output("job", 0)[0])
    for pid in processes(launcher, "job"):
        os.kill(pid, signal.SIGKILL)
    status = end(launcher, "job")
    assert (status.state, status.permanent) == (JobState.FAILED, False)
    launcher.submit(Job("job", ("end",)))
    assert end(launcher, "job").state is JobState.SUCCEEDED
    assert launcher.output("job", 0)[0] == "began end\nended, with None\n"


def test_submitting_a_running_job_adopts_it(launcher: ProcessLauncher) -> None:
    job = Job("job", ("stay",))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ProcessLauncher(launcher.folder).submit(job), range(8)))
    wait_until(lambda: "began" in launcher.output("job", 0)[0])
    assert launcher.output("job", 0)[0] == "began stay\n"


def test_a_job_survives_its_starter_and_is_found_by_name(launcher: ProcessLauncher) -> None:
    start = f"""
        from pathlib import Path
        from fototeca.jobs.launcher import Job
        from fototeca.jobs.process import ProcessLauncher
        ProcessLauncher(Path({str(launcher.folder)!r})).submit(Job("job", ("stay",), {dict(os.environ)!r}))
        """
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([sys.executable, "-c", textwrap.dedent(start)], env=own, check=True)
    assert launcher.status("job").state is JobState.RUNNING


def test_cancelling_ends_every_process_of_the_job(launcher: ProcessLauncher) -> None:
    launcher.submit(Job("job", ("family",)))
    wait_until(lambda: len(processes(launcher, "job")) == 3)
    launcher.cancel("job")
    assert processes(launcher, "job") == []
    assert launcher.status("job").state is JobState.FAILED
    launcher.cancel("job")
    launcher.cancel("never-submitted")


@pytest.mark.parametrize("name", ["../outside", "a/b", "", "-x", "a b"])
def test_names_that_are_no_folder_names_are_refused(launcher: ProcessLauncher, name: str) -> None:
    with pytest.raises(SettingsError, match="can't name a job"):
        launcher.submit(Job(name, ("end",)))
