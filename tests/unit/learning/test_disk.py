"""What training says and leaves behind where a disk is full: a real one, of one megabyte."""

import sys
from pathlib import Path

import pytest

from fototeca.errors import DiskFull
from fototeca.learning.disk import on_disk, reserve
from tests.small_disk import run_on_small_disk

SETTINGS = """
from pathlib import Path
import numpy as np
import pytest
from fototeca.errors import DiskFull
from fototeca.learning.disk import on_disk, reserve
disk = Path({disk!r})
"""


def with_small_disk(folder: Path, script: str) -> None:
    """Run a script that finds a disk of 1 MB as `disk`."""
    done = run_on_small_disk(folder, "1m", [sys.executable, "-c", SETTINGS.format(disk=str(folder)) + script])
    assert done.returncode == 0, done.stderr


def test_room_is_taken_before_it_is_written_to(tmp_path: Path) -> None:
    file = tmp_path / "pixels"
    file.write_bytes(b"head")
    reserve(file, 100_000)
    assert file.read_bytes() == b"head" + bytes(99_996)
    assert file.stat().st_blocks * 512 >= 100_000


def test_room_that_is_not_there_is_an_error_and_not_a_crash(tmp_path: Path) -> None:
    with_small_disk(
        tmp_path / "disk",
        """
with pytest.raises(DiskFull, match=r"disk has no room for 5.0 MB for pixels: 1.0 MB are free.*FOTOTECA_HOME"):
    reserve(disk / "pixels", 5_000_000)
""",
    )


def test_every_library_that_training_writes_with_says_it_in_the_same_words(tmp_path: Path) -> None:
    with_small_disk(
        tmp_path / "disk",
        """
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import tensorflow as tf

values = np.random.default_rng(1).random(300_000)
module = tf.Module()
module.weights = tf.Variable(values)

def features(file):
    with file.open("wb") as opened:
        np.save(opened, values)

def summary(file):
    (disk / "fill").write_bytes(bytes(1_000_000))
    writer = tf.summary.create_file_writer(str(file))
    with writer.as_default():
        for step in range(1000):
            tf.summary.write("x" * 100, tf.constant(1.0), step)
    writer.flush()

for write in (
    features,
    lambda file: np.savez(file, values=values),
    lambda file: pq.write_table(pa.table({"values": values}), file),
    lambda file: tf.saved_model.save(module, str(file)),
    summary,
):
    with pytest.raises(DiskFull, match="has no room for what training writes"), on_disk(disk):
        write(disk / "file")
    for each in disk.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()
with on_disk(disk):
    (disk / "small").write_bytes(b"fits")
""",
    )


@pytest.mark.parametrize("error", [FileNotFoundError(2, "No such file"), PermissionError(13, "Denied"), OSError("odd")])
def test_other_errors_stay_what_they_are(error: OSError, tmp_path: Path) -> None:
    with pytest.raises(type(error)) as raised, on_disk(tmp_path):
        raise error
    assert raised.value is error


def test_a_device_without_room_is_named(tmp_path: Path) -> None:
    with pytest.raises(DiskFull, match=f"The disk of {tmp_path}/absent"), on_disk(tmp_path / "absent"):
        Path("/dev/full").write_bytes(b"x")
