"""Starting, keeping and ending a service, with a small one that answers on a port."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from fototeca.errors import ServiceFailed
from fototeca.machine.ports import choose_ports
from fototeca.machine.service import Record, Service, end, log_file, read_record, spawn, wait_until_ready

LISTENER = """
import socket, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listening", flush=True)
time.sleep(600)
"""


def never() -> bool:
    return False


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def make_service(code: str = LISTENER) -> Service:
    port = choose_ports("echo", {"tcp": 0}, print)["tcp"]
    command = (sys.executable, "-c", code, str(port))
    return Service("echo", command, {"SECRET": "s"}, {"tcp": port}, f"127.0.0.1:{port}", lambda: answers(port))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    for folder in ("services", "logs"):
        (tmp_path / folder).mkdir()
    yield tmp_path
    if record := read_record(tmp_path, "echo"):
        end(tmp_path, [record])


def processes_of(record: Record) -> list[int]:
    return [pid for pid in psutil.pids() if _session(pid) == record.pid]


def _session(pid: int) -> int:
    try:
        return os.getsid(pid) if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE else 0
    except (ProcessLookupError, psutil.NoSuchProcess):
        return 0


def started(home: Path, service: Service) -> Record:
    record = spawn(home, service)
    assert wait_until_ready(home, service, record, 30, never)
    return record


def test_a_started_service_is_on_record_and_its_output_in_its_log(home: Path) -> None:
    record = started(home, make_service())

    assert read_record(home, "echo") == record
    assert record.is_alive
    assert "listening" in log_file(home, "echo").read_text()


def test_an_ended_service_leaves_no_process_but_remembers_its_ports(home: Path) -> None:
    record = started(home, make_service())
    assert len(processes_of(record)) == 2

    assert end(home, [record]) == ["echo"]

    assert processes_of(record) == []
    assert read_record(home, "echo") == Record("echo", record.ports)


def test_children_of_a_service_that_was_killed_are_found_and_ended(home: Path) -> None:
    record = started(home, make_service())
    os.kill(record.pid, signal.SIGKILL)
    os.waitpid(record.pid, 0)
    assert not record.is_alive
    assert len(processes_of(record)) == 1

    end(home, [record])

    assert processes_of(record) == []


def test_a_process_that_only_got_the_same_number_is_left_alone(home: Path) -> None:
    record = started(home, make_service())
    older = Record("echo", record.ports, record.fingerprint, record.pid, record.created - 60)

    assert not older.is_alive
    assert end(home, [older]) == []
    assert record.is_alive
    end(home, [record])


def test_a_service_that_ends_while_it_starts_fails_with_the_end_of_its_log(home: Path) -> None:
    service = make_service("raise SystemExit('the disk is full')")
    record = spawn(home, service)

    with pytest.raises(ServiceFailed, match=r"(?s)echo ended while it was starting.*the disk is full"):
        wait_until_ready(home, service, record, 30, never)


def test_waiting_can_be_given_up(home: Path) -> None:
    service = make_service("import time; time.sleep(600)")
    given_up = threading.Event()
    threading.Timer(0.5, given_up.set).start()

    assert not wait_until_ready(home, service, spawn(home, service), 60, given_up.is_set)
    assert time.monotonic() > 0
