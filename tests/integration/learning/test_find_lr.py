"""Finding a learning rate on a drawn dataset, through the step that users call."""

import json
from pathlib import Path
from typing import Any

import pytest

from fototeca.context import Context
from fototeca.errors import InvalidDataset, SettingsError, TrainingFailed
from fototeca.learning import finding
from fototeca.steps.find_lr import find_lr


def keys_in(context: Context) -> list[str]:
    return [f"{entry.key} {entry.etag}" for entry in context.store.list("")]


def test_a_rate_is_found_with_its_page_and_nothing_in_the_archive_changes(context: Context, make_dataset: Any) -> None:
    dataset = make_dataset()
    before = keys_in(context)
    seen: list[tuple[int, int | None]] = []

    def progress(done: int, total: int | None, what: str) -> None:
        if what == "trying learning rates":
            seen.append((done, total))

    found = find_lr(context, "mars", "cnn_small", steps=60, batch_size=8, progress=progress)

    assert keys_in(context) == before
    assert (found.dataset, found.phase) == (dataset, "fine-tuning")
    assert found.suggestion is not None
    assert 1e-6 < found.suggestion < 0.3
    assert f"--set learning_rate={found.suggestion:.2g}" in found.use
    assert seen == [(step, 60) for step in range(1, found.steps + 1)]
    page = Path(found.path).read_text()
    assert Path(found.path) == context.reports / "mars" / "find-lr-cnn_small.html"
    assert f"suggestion {found.suggestion:.1e}" in page
    assert "http" not in page.replace("http-equiv", "")
    assert json.dumps(found.smoothed)


def test_the_head_alone_has_a_rate_of_its_own(context: Context, make_dataset: Any) -> None:
    make_dataset()
    found = find_lr(context, "mars", "cnn_small", steps=60, batch_size=8, epochs=0, frozen_epochs=5)
    assert found.phase == "frozen"
    assert "--set frozen_learning_rate=" in found.use or found.suggestion is None


def test_before_the_whole_network_the_head_learns(context: Context, make_dataset: Any) -> None:
    make_dataset()
    found = find_lr(context, "mars", "cnn_small", steps=40, batch_size=8, epochs=2, frozen_epochs=5)
    alone = find_lr(context, "mars", "cnn_small", steps=40, batch_size=8, epochs=2)
    assert found.losses[0] < alone.losses[0]


def test_a_loss_that_is_never_a_number_is_an_error(
    context: Context, make_dataset: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_dataset()
    monkeypatch.setattr(finding, "_step", lambda *_: float("nan"))
    with pytest.raises(TrainingFailed, match="cnn_small: the loss is no number after 0 steps"):
        find_lr(context, "mars", "cnn_small", steps=40)
    assert not (context.reports / "mars").exists()


def test_what_can_not_be_tried_is_named(context: Context, make_dataset: Any) -> None:
    with pytest.raises(InvalidDataset, match="no dataset yet"):
        find_lr(context, "mars", "cnn_small")
    make_dataset()
    with pytest.raises(InvalidDataset, match="mars has no dataset 'old'"):
        find_lr(context, "mars", "cnn_small", dataset="old")
    with pytest.raises(SettingsError, match="batch_size=0"):
        find_lr(context, "mars", "cnn_small", batch_size=0)
