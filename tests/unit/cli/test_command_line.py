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
