"""What a deploy makes of a verdict."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from fototeca import cli
from fototeca.cli import pipeline
from fototeca.context import Context
from fototeca.errors import NothingToDeploy
from fototeca.selection.ledger import entries, in_force
from fototeca.steps.deploy import follow_verdict

from .conftest import Archive, dataset, guess

Train = Callable[..., None]
ROWS = dataset()


def test_a_promoted_run_is_deployed_and_a_kept_one_only_checked(live: Context, train: Train) -> None:
    train("cnn", "a")
    train("cnn", "b", weight=-4.0)
    assert follow_verdict(live, "mars", "promote", architecture="cnn", run="a").version == 1
    kept = follow_verdict(live, "mars", "keep", architecture="cnn", run="b")
    assert (kept.run, kept.version, kept.already_done) == ("a", 1, True)
    assert len(list(entries(live.store, "mars"))) == 1


def test_what_is_not_good_enough_is_deployed_only_if_a_person_insists(live: Context, train: Train) -> None:
    train("cnn", "a")
    with pytest.raises(NothingToDeploy, match="not good enough"):
        follow_verdict(live, "mars", "nothing", architecture="cnn", run="a")
    assert in_force(live.store, "mars") is None
    assert follow_verdict(live, "mars", "nothing", architecture="cnn", run="a", insist=True).version == 1
    entry = in_force(live.store, "mars")
    assert entry is not None
    assert entry.reason == "a person insisted, though the verdict was: nothing"


@pytest.fixture
def fototeca(context: Context, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The command line on the test's bucket; what it prints, as JSON."""
    monkeypatch.setattr(pipeline, "open_context", lambda: context)

    def call(*words: str) -> Any:
        result = CliRunner().invoke(cli.app, [*words, "--json"], catch_exceptions=False)
        return json.loads(result.stdout)

    return call


def test_a_dry_run_says_what_would_happen_and_why(archive: Archive, fototeca: Callable[..., Any]) -> None:
    archive.put_run("cnn", "noise", ROWS, guess(ROWS, 0.0, 1))
    named = ("--architecture", "cnn", "--run", "noise")
    would = fototeca("deploy", "mars", *named, "--dry-run")
    assert (would["outcome"], would["insist"], would["in_force"]) == ("nothing", False, None)
    assert "No candidate beats the baseline" in " ".join(would["reasons"])
    assert fototeca("deploy", "mars", *named, "--insist", "--dry-run")["insist"] is True


def test_a_named_run_is_held_to_what_is_in_force(archive: Archive, fototeca: Callable[..., Any]) -> None:
    archive.put_run("cnn", "old", ROWS, guess(ROWS, 0.9, 1))
    archive.put_run("cnn", "worse", ROWS, guess(ROWS, 0.8, 2))
    archive.promote("cnn", "old")
    would = fototeca("deploy", "mars", "--architecture", "cnn", "--run", "worse", "--dry-run")
    assert (would["outcome"], would["run"], would["in_force"]["run"]) == ("keep", "worse", "old")
