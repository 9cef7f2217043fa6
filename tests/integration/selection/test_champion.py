"""A champion that was trained on another dataset: what it is compared on, and whom that is asked of."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fototeca.context import Context
from fototeca.serving import messages
from fototeca.steps.select import Verdict, select
from tests.integration.serving.conftest import Server, jpeg

from .conftest import Archive, Row, dataset, photograph

BRIGHT = 128
"""The server's model says bright from this grey level on."""
CLASSES: Any = {"classes": ["dark", "bright"]}


def shot(number: int, split: str) -> tuple[Row, bytes]:
    """An image of one grey level, with its label, which is wrong for one in ten."""
    chance = np.random.default_rng(number)
    grey = int(chance.choice([20, 60, 200, 240]))
    content = jpeg(grey) + number.to_bytes(4, "big")
    label = "bright" if (grey > BRIGHT) != (number % 10 == 0) else "dark"
    return photograph(number, split, content) | {"label": label}, content


def put_dataset(archive: Archive, name: str, shots: list[tuple[Row, bytes]]) -> list[Row]:
    shard, places = b"", {}
    for row, content in shots:
        places[row["id"]] = (len(shard), len(content))
        shard += content
    rows = [row for row, _ in shots]
    archive.put_manifest(name, rows, shard, places)
    return rows


@pytest.fixture
def served(context: Context, server: Server, place: Callable[..., Path]) -> Context:
    """Surroundings whose model server has version 1 of mars."""
    folder = place("mars", 1).parent
    server.reload(messages.ModelConfig(name="mars", base_path=str(folder), model_platform="tensorflow"))
    return Context(context.settings.model_copy(update={"serving": f"127.0.0.1:{server.port}"}), context.store)


def judge(context: Context) -> Verdict:
    """A verdict on a dataset that holds images which the champion learned from, some that it knows, and new ones."""
    archive = Archive(context)
    old = [shot(number, "train" if number < 300 else "val") for number in range(360)]
    new = [shot(number, "val" if number % 2 else "train") for number in range(360, 720)]
    moved = [(row | {"split": "val"}, content) for row, content in old[270:]]
    sister = shot(720, "val")
    sister[0]["group"] = old[0][0]["group"]
    archive.put_run("cnn", "old", put_dataset(archive, "before", old), ["dark"] * len(old), name="before", **CLASSES)
    archive.promote("cnn", "old")
    rows = put_dataset(archive, "now", [*moved, *new, sister])
    archive.put_run("cnn", "new", rows, right(rows), name="now", **CLASSES)
    return select(context, "mars", dataset="now")


def right(rows: list[Row]) -> list[str]:
    return [row["label"] for row in rows]


def test_it_is_compared_on_what_it_did_not_learn_from_and_the_server_answers_for_the_rest(served: Context) -> None:
    verdict = judge(served)
    compared = verdict.comparison["champion"]
    assert (compared["images"], compared["left_out"], compared["asked"]) == (60 + 180, 30 + 1, 180)
    assert verdict.outcome == "promote"
    told = " ".join(verdict.reasons)
    assert "on 240 validation images" in told
    assert "31 more were left out, since it learned from them or from images of their groups." in told
    assert "The model server was asked about 180 that it had never seen." in told


def test_what_the_server_says_counts_for_the_champion(served: Context) -> None:
    verdict = judge(served)
    theirs, images = verdict.comparison["champion"]["theirs"]["accuracy"], 240
    assert theirs * images > 0.9 * 180  # it is right on nine in ten of those, and says dark to the others


def test_a_champion_that_learned_from_every_image_stays_uncompared(context: Context) -> None:
    archive, rows = Archive(context), dataset()
    archive.put_run("cnn", "old", [row | {"split": "train"} for row in rows], right(rows), name="before")
    archive.promote("cnn", "old")
    archive.put_run("cnn", "new", rows, right(rows))
    verdict = select(context, "mars", dataset="d")
    assert verdict.outcome == "keep"
    assert "stays so, uncompared: version 1" in " ".join(verdict.reasons)
