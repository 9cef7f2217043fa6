"""Whatever is killed during the main job, running it again ends as if nothing had been."""

import io
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest
from PIL import Image

from fototeca.archive import keys
from fototeca.archive.log import AppendLog
from fototeca.archive.manifest import read_dataset
from fototeca.archive.store import Store, open_store
from fototeca.machine.environment import environment
from fototeca.machine.service import read_record
from fototeca.settings import Settings

MOST_RUNS = 3


def kill_service(home: Path, name: str) -> None:
    record = read_record(home, name)
    assert record is not None
    psutil.Process(record.pid).kill()


def kill_worker(home: Path) -> None:
    """The process that runs a task for Airflow, not one that waits for work."""
    record = read_record(home, "airflow-scheduler")
    assert record is not None
    workers = [
        p for p in psutil.Process(record.pid).children(recursive=True) if "airflow worker" in " ".join(p.cmdline())
    ]
    busy = [worker for worker in workers if "idle" not in " ".join(worker.cmdline())]
    assert busy
    for worker in busy:
        worker.kill()


def kill_training(home: Path) -> None:
    """The job, as soon as there is one: its task runs before it does."""
    while not (jobs := [p for p in psutil.process_iter(["cmdline"]) if is_training(p.info["cmdline"] or [])]):
        time.sleep(0.1)
    for job in jobs:
        job.kill()


def is_training(command: list[str]) -> bool:
    return {"fototeca", "train", "mars", "cnn_small"} <= set(command)


KILLS: dict[str, Callable[[Path], None]] = {
    "mars_ingest ingest: running": kill_worker,
    "mars_train train cnn_small: running": kill_training,
    "mars_train deploy: running": lambda home: kill_service(home, "serving"),
    "mars_nightly classify_shard": lambda home: kill_service(home, "seaweedfs"),
}
"""What is killed, at which line of the live view."""


@pytest.fixture
def images(tmp_path: Path) -> tuple[Path, Path]:
    """A labelled source of 60 images, dark or bright, and 12 uploads."""
    source, uploads = tmp_path / "killed-source", tmp_path / "killed-uploads"
    uploads.mkdir()
    for place, label in enumerate(["crater", "dark dune"]):
        (source / label).mkdir(parents=True)
        for number in range(30):
            image = Image.effect_noise((227, 227), 5 + number)
            image.point([value // 4 + 180 * place for value in range(256)]).save(
                source / label / f"TRA_{number:06d}_{place:04d}_RED-0001.jpg"
            )
    for number in range(12):
        Image.effect_noise((227, 227), 15 + 5 * number).save(uploads / f"{number}.jpg")
    return source, uploads


@pytest.fixture
def store(machine_home: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The archive on the machine's object storage."""
    for name, value in environment(machine_home).items():
        monkeypatch.setenv(name, value)
    return open_store(Settings())


def run(home: Path, source: Path, uploads: Path, kills: dict[str, Callable[[Path], None]]) -> int:
    """The main job as a command; each kill is done once, when its line appears."""
    command = [sys.executable, "-m", "fototeca", "run", "mars", "--source", str(source), "--uploads", str(uploads)]
    own = {name: value for name, value in os.environ.items() if not name.startswith(("FOTOTECA_", "AWS_"))}
    with subprocess.Popen(
        command, env=own | {"FOTOTECA_HOME": str(home)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="")  # noqa: T201
            for begins in [begins for begins in kills if line.startswith(begins) and "running" in line]:
                kills.pop(begins)(home)
    return process.returncode


@pytest.mark.timeout(1200)
def test_a_main_job_that_is_killed_everywhere_ends_as_one_that_is_not(
    machine_home: Path, store: Store, images: tuple[Path, Path]
) -> None:
    kills = dict(KILLS)
    ended = [run(machine_home, *images, kills)]
    while ended[-1] != 0 and len(ended) < MOST_RUNS:
        ended.append(run(machine_home, *images, kills))

    assert ended[-1] == 0
    assert not kills
    datasets = list(AppendLog(store, keys.dataset_log("mars")).records())
    newest = datasets[-1]["dataset"]
    assert [record["dataset"] for record in datasets].count(newest) == 1
    assert read_dataset(store, "mars", newest)["images"] == 60
    promoted = [record for record in AppendLog(store, keys.ledger("mars")).records() if record["dataset"] == newest]
    assert len(promoted) == 1
    assert predictions(store, "uploads/mars/killed-uploads/") == dict.fromkeys(
        (f"uploads/mars/killed-uploads/{number}.jpg" for number in range(12)), 1
    )


def predictions(store: Store, prefix: str) -> dict[str, int]:
    """How often each upload under the prefix was classified, by what was committed."""
    counted: Counter[str] = Counter()
    for record in AppendLog(store, keys.prediction_log("mars")).records():
        for part in record["parts"]:
            counted.update(str(name) for name in pq.read_table(io.BytesIO(store.get(part)))["upload"].to_pylist())
    return {upload: times for upload, times in counted.items() if upload.startswith(prefix)}
