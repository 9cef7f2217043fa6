"""The operator that runs a training job, with a launcher whose jobs do nothing but change their state."""

import shlex
from collections.abc import Callable
from typing import Any

import pytest

from fototeca.errors import JobLost, TrainingFailed
from fototeca.jobs.launcher import Job, JobState, JobStatus
from fototeca.orchestration import calls, training_job

NAME = "train-mars-cnn-small-r1"
RESULT = {"architecture": "cnn_small", "run": "r1", "dataset": "d1", "task": "classification", "metrics": {}}


class Jobs:
    """A launcher in memory: `ending` is what happens to a running job while it is followed."""

    def __init__(self) -> None:
        self.states: dict[str, JobStatus] = {}
        self.started: list[Job] = []
        self.cancelled: list[str] = []
        self.ending: Callable[[], JobStatus] = lambda: JobStatus(JobState.SUCCEEDED)
        self.polls = 0

    def submit(self, job: Job) -> None:
        """Start the job unless it runs."""
        if self.status(job.name).state is not JobState.RUNNING:
            self.started.append(job)
            self.states[job.name] = JobStatus(JobState.RUNNING)

    def status(self, name: str) -> JobStatus:
        """Running jobs end at the third look after they were started."""
        status = self.states.get(name, JobStatus(JobState.ABSENT))
        if status.state is JobState.RUNNING:
            self.polls += 1
            if self.polls == 3:
                self.states[name] = self.ending()
        return status

    def output(self, name: str, offset: int) -> tuple[str, int]:
        """Two lines, of which nothing is said twice."""
        text = "epoch 1\nepoch 2\n"[offset : offset + 8]
        return text, offset + len(text)

    def cancel(self, name: str) -> None:
        """Remember who was cancelled."""
        self.cancelled.append(name)


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """A launcher, whose jobs leave a result in the archive when they succeed."""
    launcher = Jobs()

    def result(collection: str, architecture: str, run: str) -> dict[str, Any] | None:
        return RESULT if launcher.states.get(NAME) == JobStatus(JobState.SUCCEEDED) else None

    monkeypatch.setattr(training_job, "make_launcher", lambda settings: launcher)
    monkeypatch.setattr(calls, "training_run", lambda *request: "r1")
    monkeypatch.setattr(calls, "training_result", result)
    return launcher


@pytest.fixture
def train() -> Any:
    """The task that trains `cnn_small`."""
    return training_job.TrainJobOperator(
        task_id="train",
        collection="mars",
        architecture="cnn_small",
        dataset="d1",
        recipe={"learning_rate": 0.01, "augmentations": ["flip", "blur"], "balance": "sampling"},
        poll_seconds=0,
    )


def test_a_job_is_the_same_command_that_people_type(jobs: Jobs, train: Any) -> None:
    train.execute({})

    (job,) = jobs.started
    assert job.name == NAME
    assert shlex.join(job.arguments) == (
        'train mars --architecture cnn_small --dataset d1 --set \'augmentations=["flip", "blur"]\' '
        "--set balance=sampling --set learning_rate=0.01 --json"
    )


def test_a_job_that_succeeds_gives_its_result_and_its_output(
    jobs: Jobs, train: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train.execute({}) == RESULT
    assert capsys.readouterr().out.endswith("\nepoch 1\nepoch 2\n")


def test_a_job_that_runs_already_is_adopted(jobs: Jobs, train: Any) -> None:
    jobs.states[NAME] = JobStatus(JobState.RUNNING)

    assert train.execute({}) == RESULT
    assert jobs.started == []


def test_what_was_trained_is_not_trained_again(jobs: Jobs, train: Any) -> None:
    jobs.states[NAME] = JobStatus(JobState.SUCCEEDED)

    assert train.execute({}) == RESULT
    assert jobs.started == []


def test_a_job_that_failed_before_is_started_again(jobs: Jobs, train: Any) -> None:
    jobs.states[NAME] = JobStatus(JobState.FAILED, "killed")

    assert train.execute({}) == RESULT
    assert len(jobs.started) == 1


@pytest.mark.parametrize(("permanent", "error"), [(True, TrainingFailed), (False, JobLost)])
def test_the_commands_own_error_says_whether_to_try_again(
    jobs: Jobs, train: Any, permanent: bool, error: type[Exception]
) -> None:
    jobs.ending = lambda: JobStatus(JobState.FAILED, "the loss is not a number", permanent)

    with pytest.raises(error, match=f"{NAME} failed: the loss is not a number"):
        train.execute({})


def test_a_job_that_ends_well_but_leaves_no_result_is_tried_again(
    jobs: Jobs, train: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "training_result", lambda *request: None)

    with pytest.raises(JobLost, match="left no result of run r1"):
        train.execute({})


def test_stopping_the_task_cancels_the_job(jobs: Jobs, train: Any) -> None:
    jobs.ending = lambda: JobStatus(JobState.ABSENT)
    with pytest.raises(JobLost):
        train.execute({})

    train.on_kill()

    assert jobs.cancelled == [NAME]
