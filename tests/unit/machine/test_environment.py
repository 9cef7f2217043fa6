"""What processes need in their environment to reach this machine's services."""

from pathlib import Path

import pytest

from fototeca.machine.environment import environment, inherited, write_environment


def test_nothing_is_said_where_no_service_was_ever_started(tmp_path: Path) -> None:
    assert environment(tmp_path) == {}


def test_what_services_run_with_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {"FOTOTECA_HOME": "/a b/'c'", "AWS_SESSION_TOKEN": ""}
    for name in variables:
        monkeypatch.delenv(name, raising=False)
    write_environment(tmp_path, variables)

    assert environment(tmp_path) == variables


def test_the_users_own_settings_win_but_credentials_belong_to_the_services(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOTOTECA_BUCKET", "mine")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    write_environment(tmp_path, {"FOTOTECA_BUCKET": "theirs", "AWS_ACCESS_KEY_ID": "theirs"})

    assert environment(tmp_path) == {"AWS_ACCESS_KEY_ID": "theirs"}


def test_services_do_not_inherit_what_would_lead_them_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")

    assert not {"AWS_PROFILE", "AIRFLOW__CORE__EXECUTOR"} & inherited().keys()
    assert "PATH" in inherited()
