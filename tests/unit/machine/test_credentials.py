"""The secrets of this machine's services."""

import stat
from pathlib import Path

import pytest

from fototeca.errors import SettingsError
from fototeca.machine.credentials import load_credentials


def test_credentials_are_generated_once_and_differ_between_machines(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    assert load_credentials(tmp_path / "a") == load_credentials(tmp_path / "a")
    assert load_credentials(tmp_path / "a") != load_credentials(tmp_path / "b")


def test_only_their_owner_can_read_them(tmp_path: Path) -> None:
    load_credentials(tmp_path)

    assert stat.S_IMODE((tmp_path / "credentials.json").stat().st_mode) == 0o600


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "credentials.json").write_text("{")

    with pytest.raises(SettingsError, match=r"credentials\.json is damaged"):
        load_credentials(tmp_path)
