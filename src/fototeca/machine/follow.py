"""Having Airflow do a run, once, and following it to its end."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fototeca.errors import OrchestratorUnavailable, PermanentError, ServiceFailed
from fototeca.machine.airflow_client import AirflowClient
from fototeca.machine.lifecycle import find_dead, start
from fototeca.machine.view import View

POLL = 1.0
PATIENCE = 120.0
"""Seconds that Airflow may take to parse a DAG, to start a run that an asset event asks for, or to answer again."""
NOT_YET = frozenset({"waiting", "scheduled", "queued"})
"""States of tasks that are not shown: there is nothing to see."""
REVIVALS = 3
"""How often services that die while they are needed are started again."""


class Follower:
    """Follows runs of one Airflow, shows their tasks, and revives services that die meanwhile."""

    def __init__(self, home: Path, airflow: AirflowClient, view: View) -> None:
        self.home = home
        self.airflow = airflow
        self.view = view
        self.revivals = 0

    def run(self, dag: str, run: str, form: dict[str, Any]) -> None:
        """Have the run done, unless it is done already.

        Raises:
            PermanentError: a task failed; the message is the task's own.
        """
        self._await(f"Airflow to know {dag}", lambda: self.airflow.knows(dag) or self._check_import_errors())
        self._await(f"Airflow to take a run of {dag}", lambda: self.airflow.trigger(dag, run, form) or True)
        self.finish(dag, run)

    def finish(self, dag: str, run: str) -> None:
        """Follow a run that exists; one that failed some time ago has its failed tasks tried again."""
        if self.airflow.state(dag, run) == "failed":
            self.airflow.clear_failed(dag, run)
        silent_since: float | None = None
        while True:
            self._revive()
            try:
                state = self.airflow.state(dag, run)
                self._show(dag, run)
                silent_since = None
            except OrchestratorUnavailable:
                silent_since = silent_since or time.monotonic()
                if time.monotonic() - silent_since > PATIENCE:
                    raise
                state = "unknown"
            if state == "success":
                return
            if state == "failed":
                raise self._failure(dag, run)
            time.sleep(POLL)

    def caused(self, dag: str, run: str, consumer: str) -> str:
        """The run of `consumer` that the asset event of a run has started; an earlier one may have to end first."""
        found: list[str] = []

        def look() -> bool:
            found.extend(filter(None, [self.airflow.caused_run(dag, run, consumer)]))
            return bool(found)

        def earlier_one_runs() -> bool:
            active = self.airflow.active_run(consumer)
            if active:
                self._show(consumer, active)
            return active is not None

        self._await(f"Airflow to start {consumer}", lambda: self.airflow.knows(consumer) and look(), earlier_one_runs)
        return found[0]

    def _show(self, dag: str, run: str) -> None:
        for task in self.airflow.tasks(dag, run):
            if task.state not in NOT_YET:
                self.view.show((dag, task.task_id, task.map_index), f"{dag} {task.name}", task.state, task.seconds)

    def _await(self, what: str, happened: Callable[[], bool], excused: Callable[[], bool] = lambda: False) -> None:
        """Wait until something happened; time in which it is excused does not count."""
        deadline, trouble = time.monotonic() + PATIENCE, ""
        while True:
            try:
                if happened():
                    return
                if excused():
                    deadline = time.monotonic() + PATIENCE
            except OrchestratorUnavailable as error:  # such as its fault 500 while a run that an event caused is queued
                trouble = f" {error}"
            self._revive()
            if time.monotonic() > deadline:
                raise OrchestratorUnavailable(f"Waited {PATIENCE:.0f} s for {what}, in vain.{trouble}")
            time.sleep(POLL)

    def _check_import_errors(self) -> bool:
        if errors := self.airflow.import_errors():
            raise PermanentError(f"Airflow can't load a DAG file: {errors[0].strip()}")
        return False

    def _revive(self) -> None:
        dead = find_dead(self.home)
        if not dead:
            return
        if self.revivals == REVIVALS:
            raise ServiceFailed(f"{', '.join(dead)} ended again, after {REVIVALS} new starts; see {self.home}/logs.")
        self.revivals += 1
        self.view.console.print(f"{', '.join(dead)} ended; starting anew.", highlight=False)
        start(self.home)

    def _failure(self, dag: str, run: str) -> PermanentError:
        for task in self.airflow.tasks(dag, run):
            if task.state == "failed":
                reason = self.airflow.error(dag, run, task)
                place = f"{self.airflow.url}/dags/{dag}/runs/{run}"
                return PermanentError(f"{dag}, {task.name}: {reason}\n  The whole log: {place}")
        return PermanentError(f"{dag}: run {run} failed.")
