"""Starting and stopping a machine's services together: a real SeaweedFS, and a small one in the others' place."""

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Self

import psutil
import pytest

from fototeca.archive.store import open_store
from fototeca.errors import ServiceFailed
from fototeca.machine import lifecycle
from fototeca.machine.credentials import Credentials
from fototeca.machine.environment import environment
from fototeca.machine.service import Service, read_record
from fototeca.machine.services import DEFAULT_PORTS, Ports, define_services
from fototeca.settings import Settings

SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")


class NoAirflow(nullcontext["NoAirflow"]):
    """Stands for Airflow, which other tests start."""

    def __enter__(self) -> Self:
        return self

    def make_pool(self, *values: object) -> None:
        """Nothing to limit."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine of which only SeaweedFS is real, and `serving` sleeps; ports are any that are free."""
    commands = {"serving": SLEEP}

    def few(home: Path, credentials: Credentials, ports: Ports) -> list[Service]:
        storage = next(each for each in define_services(home, credentials, ports) if each.name == "seaweedfs")
        return [storage, Service("serving", commands["serving"], {}, ports["serving"], "", lambda: True)]

    monkeypatch.setattr(lifecycle, "define_services", few)
    monkeypatch.setattr(lifecycle, "open_airflow", lambda home: NoAirflow())
    monkeypatch.setitem(DEFAULT_PORTS["seaweedfs"], "s3.port", 0)
    monkeypatch.setitem(DEFAULT_PORTS["serving"], "grpc", 0)
    for name in [name for name in os.environ if name.startswith("FOTOTECA_")]:
        monkeypatch.delenv(name)
    home = tmp_path / ".fototeca"
    yield home
    lifecycle.stop(home)


def pids(home: Path) -> dict[str, int]:
    return {state.name: state.pid for state in lifecycle.status(home)}


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    psutil.Process(pid).wait()


def test_started_services_can_be_used_with_what_the_environment_says(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lifecycle.start(home)

    variables = environment(home)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    store = open_store(Settings())
    store.put("hello", b"world")
    assert store.get("hello") == b"world"
    assert variables["FOTOTECA_HOME"] == str(home)


def test_starting_again_keeps_what_runs(home: Path) -> None:
    lifecycle.start(home)
    before = pids(home)

    states = lifecycle.start(home)

    assert pids(home) == before
    assert {state.state for state in states} == {"running"}


def test_a_killed_service_comes_back_at_its_address_with_its_data(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lifecycle.start(home)
    for name, value in environment(home).items():
        monkeypatch.setenv(name, value)
    open_store(Settings()).put("kept", b"1")
    before = pids(home)
    kill(before["seaweedfs"])
    assert lifecycle.find_dead(home) == ["seaweedfs"]

    lifecycle.start(home)

    assert pids(home)["seaweedfs"] != before["seaweedfs"]
    assert pids(home)["serving"] == before["serving"]
    assert open_store(Settings()).get("kept") == b"1"


def test_a_port_that_was_taken_meanwhile_is_replaced_and_said(home: Path) -> None:
    lifecycle.start(home)
    record = read_record(home, "seaweedfs")
    assert record
    lifecycle.stop(home)
    said: list[str] = []
    with socket.create_server(("127.0.0.1", record.ports["s3.port"])):
        lifecycle.start(home, said.append)

    assert any(f"port {record.ports['s3.port']} (s3.port) is taken by" in line for line in said)
    assert environment(home)["FOTOTECA_ENDPOINT"] != f"http://127.0.0.1:{record.ports['s3.port']}"


def test_a_service_that_is_defined_otherwise_now_is_started_anew(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lifecycle.start(home)
    before = pids(home)
    monkeypatch.setenv("FOTOTECA_CONNECTIONS", "5")

    lifecycle.start(home)

    assert pids(home)["seaweedfs"] != before["seaweedfs"]


def test_stopping_leaves_no_process_and_can_be_repeated(home: Path) -> None:
    lifecycle.start(home)
    before = pids(home)

    assert sorted(lifecycle.stop(home)) == ["seaweedfs", "serving"]

    assert not any(psutil.pid_exists(pid) and _runs(pid) for pid in before.values())
    assert {state.state for state in lifecycle.status(home)} == {"stopped"}
    assert lifecycle.stop(home) == []


def test_a_failing_service_is_named_and_those_half_started_are_stopped(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing: Callable[..., list[Service]] = lambda home, credentials, ports: [  # noqa: E731
        Service("serving", (sys.executable, "-c", "exit('no model')"), {}, {}, "", lambda: False),
        Service("sync", SLEEP, {}, {}, "", lambda: False),
    ]
    monkeypatch.setattr(lifecycle, "define_services", failing)

    with pytest.raises(ServiceFailed, match=r"(?s)serving ended while it was starting.*no model"):
        lifecycle.start(home)

    assert {state.state for state in lifecycle.status(home)} == {"stopped"}


def _runs(pid: int) -> bool:
    return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
