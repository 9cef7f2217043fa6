"""The curves that TensorBoard finds."""

from pathlib import Path

import pytest

from fototeca.learning.tensorboard import EventLog, read_points
from fototeca.settings import Settings

RECIPE = {"epochs": 3, "learning_rate": 0.001}


def curve(folder: Path, tag: str) -> list[tuple[int, float]]:
    return [(step, value) for name, step, value in read_points(folder) if name == tag]


def test_points_can_be_read_as_soon_as_an_epoch_is_done(tmp_path: Path) -> None:
    log = EventLog(tmp_path, RECIPE)
    log.note(1, {"frozen/loss": 2.0, "frozen/accuracy": 0.5})
    assert curve(tmp_path, "frozen/loss") == [(1, 2.0)]
    log.note(2, {"frozen/loss": 1.0, "frozen/accuracy": 0.75})
    assert curve(tmp_path, "frozen/accuracy") == [(1, 0.5), (2, 0.75)]
    log.finish({"test/accuracy": 0.625})
    log.close(None)
    assert curve(tmp_path, "test/accuracy") == [(0, 0.625)]


def test_the_recipe_stands_beside_them(tmp_path: Path) -> None:
    EventLog(tmp_path, RECIPE).close(None)
    ((tag, step, (text,)),) = read_points(tmp_path)
    assert (tag, step) == ("recipe", 0)
    assert "| learning_rate | 0.001 |" in text.decode()


def test_a_run_that_goes_on_writes_no_point_twice(tmp_path: Path) -> None:
    first = EventLog(tmp_path, RECIPE)
    first.note(1, {"fine-tuning/loss": 3.0})
    first.note(2, {"fine-tuning/loss": 2.0})
    first.close(KeyboardInterrupt())
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-3])  # killed while it wrote the second epoch

    second = EventLog(tmp_path, RECIPE)
    for epoch, loss in ((1, 3.0), (2, 2.0), (3, 1.0)):
        second.note(epoch, {"fine-tuning/loss": loss})
    second.close(None)
    assert sorted(curve(tmp_path, "fine-tuning/loss")) == [(1, 3.0), (2, 2.0), (3, 1.0)]
    assert len(curve(tmp_path, "recipe")) == 1


@pytest.mark.parametrize(
    ("setting", "folder"),
    [("", Path("/data/home/tensorboard")), ("/data/logs", Path("/data/logs")), ("off", None)],
)
def test_the_folder_is_a_setting(setting: str, folder: Path | None) -> None:
    assert Settings(home=Path("/data/home"), tensorboard=setting).tensorboard_folder == folder
