"""An Airflow of the tests' own: its folder is chosen before anything imports Airflow, which reads it once."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[3]
HOME = Path(tempfile.mkdtemp(prefix="fototeca-airflow-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ |= {
    "AIRFLOW_HOME": str(HOME),
    "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
}

RunDag = Callable[..., "Outcome"]


class Outcome:
    """What a run of a DAG came to."""

    def __init__(self, run: Any) -> None:
        self.state = str(run.state)
        self.run = run

    @property
    def tasks(self) -> dict[str, list[str]]:
        """States of the instances of each task, by map index."""
        found: dict[str, list[str]] = {}
        for task in sorted(self.run.get_task_instances(), key=lambda task: task.map_index):
            found.setdefault(task.task_id, []).append(str(task.state))
        return found


@pytest.fixture(scope="session")
def airflow_database() -> None:
    """The tables that DAG runs are kept in, and the pool of training jobs."""
    airflow = str(Path(sys.executable).with_name("airflow"))
    subprocess.run([airflow, "db", "migrate"], check=True, capture_output=True)
    subprocess.run([airflow, "pools", "set", "training", "1", "for tests"], check=True, capture_output=True)


@pytest.fixture
def run_dag(airflow_database: None, monkeypatch: pytest.MonkeyPatch) -> RunDag:
    """Runs a DAG in this process, with no waiting between tries."""
    from airflow.dag_processing.dagbag import DagBag

    from fototeca.orchestration import defaults

    monkeypatch.setitem(defaults.DEFAULT_ARGS, "retry_delay", timedelta(0))
    monkeypatch.setitem(defaults.DEFAULT_ARGS, "retry_exponential_backoff", 0)

    def run(dag: str, **form: Any) -> Outcome:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="(?!fototeca)")  # Airflow's libraries warn of each other
            return Outcome(DagBag(str(REPOSITORY / "dags")).dags[dag].test(run_conf=form))

    return run
