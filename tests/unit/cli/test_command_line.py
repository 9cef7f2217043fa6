"""What the command line says, and how it ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

VERBS = [
    "sample",
    "ingest",
    "validate",
    "train",
    "recipe",
    "find-lr",
    "weights",
    "select",
    "describe",
    "report",
    "deploy",
    "history",
    "rollback",
    "upload",
    "classify",
]
OTHERS = ["run", "start", "stop", "status", "serve", "sync", "architectures", "collections", "settings"]


def fototeca(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fototeca", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"COLUMNS": "200", "TERM": "dumb"} | environment,
    )


def test_help_lists_every_verb_and_every_exit_status() -> None:
    page = fototeca("--help").stdout
    for command in VERBS + OTHERS:
        assert f" {command} " in page
    assert "75 try again later" in page


@pytest.mark.parametrize("command", ["ingest", "deploy", "classify"])
def test_each_verb_explains_itself(command: str) -> None:
    page = fototeca(command, "--help").stdout
    assert "--json" in page
    assert "collection" in page.lower()


def test_an_unknown_collection_ends_with_the_status_of_wrong_settings(tmp_path: Path) -> None:
    log = tmp_path / "termination"
    ended = fototeca("classify", "moon", FOTOTECA_ENDPOINT="http://127.0.0.1:9", FOTOTECA_TERMINATION_LOG=str(log))
    assert ended.returncode == 78
    assert ended.stderr == "fototeca: No collection is named 'moon'. There are: mars, photos.\n"
    assert json.loads(log.read_text())["exit_status"] == 78


def test_a_setting_that_can_not_be_used_is_named() -> None:
    ended = fototeca("settings", FOTOTECA_CONNECTIONS="many")
    assert ended.returncode == 78
    assert "FOTOTECA_CONNECTIONS='many'" in ended.stderr


def test_wrong_usage_ends_with_2() -> None:
    assert fototeca("ingest", "mars").returncode == 2
    assert fototeca("deploy", "mars", "--run", "x").returncode == 2


def test_settings_as_json_hold_no_credentials() -> None:
    ended = fototeca("settings", "--json", AWS_SECRET_ACCESS_KEY="hidden")
    assert json.loads(ended.stdout)["bucket"]
    assert "hidden" not in ended.stdout + ended.stderr


def test_a_recipe_is_shown_with_who_decided_each_value(tmp_path: Path) -> None:
    (tmp_path / "moon.yaml").write_text(
        "{name: moon, title: Moon, description: Craters, labels: [crater, plain], "
        "training: {architectures: [cnn], recipe: {patience: 2}}}"
    )
    ended = fototeca(
        "recipe", "moon", "--architecture", "vgg16", "--set", "seed=3", "--json", FOTOTECA_COLLECTIONS=str(tmp_path)
    )
    shown = json.loads(ended.stdout)["vgg16"]
    assert shown["patience"] == {"value": 2, "decided_by": "collection"}
    assert shown["weights"] == {"value": "imagenet", "decided_by": "usual for vgg16"}
    assert shown["seed"] == {"value": 3, "decided_by": "asked"}
    assert shown["batch_size"]["decided_by"] == "usual"


def test_a_value_that_no_recipe_has_ends_with_the_names_that_there_are() -> None:
    ended = fototeca("train", "mars", "--architecture", "cnn", "--set", "epoch=3")
    assert ended.returncode == 78
    assert "'epoch=3' is no NAME=VALUE of a recipe. The names are: augmentations, balance" in ended.stderr


def test_a_value_given_twice_is_wrong_usage() -> None:
    assert fototeca("train", "mars", "--architecture", "cnn", "--epochs", "3", "--set", "epochs=4").returncode == 2


def test_years_are_not_asked_of_undated_images() -> None:
    ended = fototeca("run", "mars", "--task", "regression")
    assert ended.returncode == 78
    assert ended.stderr == (
        "fototeca: TASK=regression needs dated photographs, and mars has no `years` in its YAML; "
        "its task is classification.\n"
    )
