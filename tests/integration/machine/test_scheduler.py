"""A run through the real scheduler: triggered by REST, done by Airflow's workers, seen in the archive."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from fototeca.archive.manifest import read_dataset
from fototeca.archive.store import Store, open_store
from fototeca.errors import PermanentError
from fototeca.machine.airflow_client import DONE, AirflowClient
from fototeca.machine.environment import environment
from fototeca.machine.lifecycle import open_airflow
from fototeca.settings import Settings


@pytest.fixture
def airflow(machine_home: Path) -> Iterator[AirflowClient]:
    """A client of the machine's Airflow, which knows the DAGs."""
    with open_airflow(machine_home) as client:
        while not (client.knows("mars_ingest") and client.knows("mars_train")):
            time.sleep(1)
        yield client


@pytest.fixture
def store(machine_home: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The archive on the machine's object storage."""
    for name, value in environment(machine_home).items():
        monkeypatch.setenv(name, value)
    return open_store(Settings())


def draw_images(folder: Path, per_class: int) -> Path:
    """Folders per class, each with grey images of which no two are alike."""
    for place, label in enumerate(["crater", "dark dune"]):
        (folder / label).mkdir(parents=True)
        for number in range(per_class):
            image = Image.effect_noise((64, 64), 20 + 40 * place + number)
            image.save(folder / label / f"ESP_{number:06d}_{place:04d}_RED-0001.jpg")
    return folder


def wait_for_end(airflow: AirflowClient, dag: str, run: str) -> str:
    while (state := airflow.state(dag, run)) not in DONE:
        time.sleep(1)
    return state


def test_a_source_named_in_the_form_becomes_a_dataset(airflow: AirflowClient, store: Store, tmp_path: Path) -> None:
    source = draw_images(tmp_path / "images", per_class=30)

    assert airflow.trigger("mars_ingest", "first", {"source": str(source), "replace": True})
    assert not airflow.trigger("mars_ingest", "first", {"source": str(source), "replace": True})

    assert wait_for_end(airflow, "mars_ingest", "first") == "success"
    dataset = airflow.result("mars_ingest", "first", "ingest")["dataset"]
    assert read_dataset(store, "mars", dataset)["images"] == 60


def test_a_task_that_fails_says_why(airflow: AirflowClient, tmp_path: Path) -> None:
    airflow.trigger("mars_ingest", "wrong", {"source": str(tmp_path / "nothing"), "replace": True})

    assert wait_for_end(airflow, "mars_ingest", "wrong") == "failed"
    (failed,) = (task for task in airflow.tasks("mars_ingest", "wrong") if task.state == "failed")
    assert (failed.task_id, failed.tries) == ("ingest", 1)
    assert airflow.error("mars_ingest", "wrong", failed).startswith("SourceError: ")


def test_a_form_that_is_not_filled_in_is_refused(airflow: AirflowClient) -> None:
    with pytest.raises(PermanentError, match="source"):
        airflow.trigger("mars_ingest", "empty", {})
