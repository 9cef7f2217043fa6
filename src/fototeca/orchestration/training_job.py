"""The Airflow operator that runs a training job wherever the launcher runs jobs."""

import time
from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator, Context

from fototeca.collections.changes import write_change
from fototeca.errors import JobLost, TrainingFailed
from fototeca.jobs.launcher import Job, JobState, JobStatus, Launcher, make_launcher
from fototeca.orchestration import calls
from fototeca.settings import load_settings


class TrainJobOperator(BaseOperator):
    """Trains one architecture on one dataset.

    The job's name is derived from what it trains. So a task that is tried again after its worker died adopts the job
    that is still running, and one whose job has ended meanwhile finds the result; nothing is trained twice.
    """

    template_fields: Sequence[str] = ("architecture", "dataset", "recipe")

    def __init__(
        self,
        *,
        collection: str,
        architecture: str,
        dataset: str,
        recipe: dict[str, Any] | None = None,
        poll_seconds: float = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.collection = collection
        self.architecture = architecture
        self.dataset = dataset
        self.recipe = recipe or {}
        self.poll_seconds = poll_seconds
        self.running: tuple[Launcher, str] | None = None

    def execute(self, context: Context) -> dict[str, Any]:
        """Start or adopt the job, follow it to its end, and return what `calls.training_result` gives.

        Raises:
            TrainingFailed: the command said that trying again can't help.
            JobLost: the job ended without a result, or with an error that may pass.
        """
        run = calls.training_run(self.collection, self.architecture, self.dataset, self.recipe)
        if result := calls.training_result(self.collection, self.architecture, run):
            self.log.info("%s was trained already: run %s", self.architecture, run)
            return result
        job = self._job(run)
        self.running = make_launcher(load_settings()), job.name
        self._follow(self.running[0], job)
        if result := calls.training_result(self.collection, self.architecture, run):
            return result
        raise JobLost(f"Job {job.name} ended, but left no result of run {run} in the archive.")

    def on_kill(self) -> None:
        """End the job with the task, when somebody stops the task."""
        if self.running:
            launcher, name = self.running
            launcher.cancel(name)

    def _job(self, run: str) -> Job:
        name = f"train-{self.collection}-{self.architecture}-{run}".replace("_", "-")
        arguments = ["train", self.collection, "--architecture", self.architecture, "--dataset", self.dataset]
        for value in sorted(self.recipe):
            arguments += ["--set", write_change(value, self.recipe[value])]
        return Job(name, (*arguments, "--json"))

    def _follow(self, launcher: Launcher, job: Job) -> None:
        adopted = launcher.status(job.name).state is JobState.RUNNING
        self.log.info(
            "%s job %s: fototeca %s", "Adopting" if adopted else "Starting", job.name, " ".join(job.arguments)
        )
        launcher.submit(job)
        offset = 0
        while True:
            status = launcher.status(job.name)
            text, offset = launcher.output(job.name, offset)
            print(text, end="", flush=True)  # noqa: T201
            if status.state is not JobState.RUNNING:
                return _check(status, job.name)
            time.sleep(self.poll_seconds)


def _check(status: JobStatus, name: str) -> None:
    if status.state is JobState.SUCCEEDED:
        return
    if status.state is JobState.ABSENT:
        raise JobLost(f"Job {name} is gone: its record was removed while it ran.")
    error = TrainingFailed if status.permanent else JobLost
    raise error(f"Job {name} failed: {status.message}")
