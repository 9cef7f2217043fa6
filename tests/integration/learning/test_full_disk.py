"""A training whose disk has no room."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from fototeca.archive import keys
from fototeca.context import Context
from fototeca.steps.train import train
from tests.small_disk import run_on_small_disk


@pytest.mark.parametrize("size", ["1m", "4m"], ids=["for the pixels", "for the checkpoint"])
def test_it_ends_with_an_error_that_says_so_and_works_once_there_is_room(
    size: str, context: Context, make_dataset: Any, tmp_path: Path
) -> None:
    make_dataset()
    where = {"HOME": str(tmp_path / "disk"), "BUCKET": context.store.bucket, "ENDPOINT": str(context.settings.endpoint)}
    environment = os.environ | {f"FOTOTECA_{name}": value for name, value in where.items()}
    command = [sys.executable, "-m", "fototeca", "train", "mars", "--architecture", "cnn_small", "--epochs", "1"]
    ended = run_on_small_disk(tmp_path / "disk", size, command, environment)
    assert ended.returncode == 65, ended.stderr
    assert f"fototeca: The disk of {tmp_path}/disk" in ended.stderr
    assert "have FOTOTECA_HOME name a folder on another disk" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not list(context.store.list(keys.models("mars")))

    assert not train(context, "mars", "cnn_small", epochs=1).already_done
