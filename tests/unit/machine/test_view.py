"""The view of the main job's steps."""

import io

import pytest
from rich.console import Console

from fototeca.machine.view import View


def printed(view: View) -> list[str]:
    output = view.console.file
    assert isinstance(output, io.StringIO)
    return output.getvalue().splitlines()


@pytest.fixture
def plain() -> View:
    """A view on something that is no terminal, such as a log."""
    return View(Console(file=io.StringIO(), width=200))


def test_elsewhere_than_on_a_terminal_each_change_is_a_line(plain: View) -> None:
    with plain:
        plain.show("train cnn", "train cnn", "running", 1.0)
        plain.show("train cnn", "train cnn", "running", 2.0)
        plain.show("train cnn", "train cnn", "success", 61.2)

    assert printed(plain) == ["train cnn: running", "train cnn: success (61 s)"]


def test_on_a_terminal_a_table_shows_all_steps() -> None:
    terminal = View(Console(file=io.StringIO(), width=120, force_terminal=True))
    with terminal:
        terminal.show("mars_ingest ingest", "mars_ingest ingest", "success", 12.0)
        terminal.show("mars_train train cnn", "mars_train train cnn", "running", 3.0)

    shown = "\n".join(printed(terminal))
    assert "mars_ingest ingest" in shown
    assert "mars_train train cnn" in shown


def test_a_step_of_this_process_is_shown_to_its_end(plain: View) -> None:
    with plain, plain.step("images") as progress:
        progress(1, 2, "drawing")

    assert printed(plain)[0] == "images: running"
    assert printed(plain)[-1].startswith("images: success")


def test_a_step_that_fails_is_shown_as_failed(plain: View) -> None:
    with pytest.raises(OSError, match="full"), plain, plain.step("images"):
        raise OSError("the disk is full")

    assert printed(plain)[-1].startswith("images: failed")
