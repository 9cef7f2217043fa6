"""One service of this machine: what it is, the record of its process, starting it and ending it."""

import atexit
import hashlib
import json
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from fototeca.errors import ServiceFailed
from fototeca.machine.environment import inherited, write_private

LOG_LINES = 15
"""Lines of a service's log that are shown when it fails."""

_spawned: list[subprocess.Popen[bytes]] = []
"""Held, so that Python takes note when they end and does not complain of those that outlive it."""


@dataclass(frozen=True)
class Service:
    """How to run a service and how to see that it is ready."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(repr=False)
    """Added to what it inherits."""
    ports: dict[str, int]
    address: str
    """Where people or programs reach it."""
    is_ready: Callable[[], bool]
    prepare: Callable[[], None] = lambda: None
    """Done before each start; can be repeated without harm."""
    patience: float = 180.0
    """Seconds that it may take to become ready."""

    @property
    def fingerprint(self) -> str:
        """Changes when the service has to be started anew to follow its definition."""
        definition = json.dumps([self.command, self.environment], sort_keys=True)
        return hashlib.sha256(definition.encode()).hexdigest()


@dataclass(frozen=True)
class Record:
    """What is known of a service's last process. It leads a session, to which all its descendants belong."""

    name: str
    ports: dict[str, int]
    fingerprint: str = ""
    pid: int = 0
    created: float = 0.0
    """When the process came to be, as the kernel says; with it a pid is unique."""

    @property
    def is_alive(self) -> bool:
        """Whether the process that was started runs."""
        try:
            process = psutil.Process(self.pid) if self.pid else None
            return bool(process and process.create_time() == self.created and process.status() != psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return False


def read_record(home: Path, name: str) -> Record | None:
    """The record of a service, if it was ever started."""
    try:
        return Record(**json.loads((home / "services" / f"{name}.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def write_record(home: Path, record: Record) -> None:
    """Keep a service's record."""
    write_private(home / "services" / f"{record.name}.json", json.dumps(asdict(record), indent=2))


def log_file(home: Path, name: str) -> Path:
    """Where a service's output goes."""
    return home / "logs" / f"{name}.log"


@atexit.register
def _let_them_run() -> None:
    """Services outlive this process on purpose; without a return code, Popen would warn of that."""
    for process in _spawned:
        process.returncode = process.poll() or 0


def spawn(home: Path, service: Service) -> Record:
    """Start the service's process and record it."""
    with log_file(home, service.name).open("ab") as log:
        log.write(f"\n--- {time.strftime('%Y-%m-%d %H:%M:%S')} {service.name} starts\n".encode())
        log.flush()
        process = subprocess.Popen(
            service.command,
            env=inherited() | service.environment,
            cwd=home.parent,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _spawned.append(process)
    created = psutil.Process(process.pid).create_time()
    record = Record(service.name, service.ports, service.fingerprint, process.pid, created)
    write_record(home, record)
    return record


def wait_until_ready(
    home: Path, service: Service, record: Record, patience: float, given_up: Callable[[], bool]
) -> bool:
    """Wait until the service is ready; false if `given_up` said so first, or patience ran out.

    Raises:
        ServiceFailed: its process ended.
    """
    deadline = time.monotonic() + patience
    while not given_up() and time.monotonic() < deadline:
        if not record.is_alive:
            raise failure(home, service, "ended while it was starting")
        if service.is_ready():
            return True
        time.sleep(0.2)
    return False


def failure(home: Path, service: Service, what: str) -> ServiceFailed:
    """The error that says how a service failed, with the end of its log."""
    file = log_file(home, service.name)
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:] if file.exists() else []
    return ServiceFailed("\n  ".join([f"{service.name} {what}. The end of {file}:", *lines]))


def end(home: Path, records: list[Record], grace: float = 10.0) -> list[str]:
    """End services with every process of their sessions; the names of those of which something ran.

    The process that was started is asked to end and ends its own; who stays after that is killed.
    """
    found = {record.name: _members(record) for record in records}
    started = {record.pid for record in records}
    processes = [process for members in found.values() for process in members]
    leaders = [process for process in processes if process.pid in started]
    for process in leaders or processes:
        _signal(process.terminate)
    psutil.wait_procs(leaders, timeout=grace)
    psutil.wait_procs(processes, timeout=1)
    late = [process for record in records for process in _members(record)]
    for process in late:
        _signal(process.kill)
    psutil.wait_procs(late, timeout=grace)
    for record in records:
        write_record(home, Record(record.name, record.ports))
    return [name for name, members in found.items() if members]


def _members(record: Record) -> list[psutil.Process]:
    """The live processes of the session; also those that outlived the one that was started."""
    if not record.pid:
        return []
    members = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == record.pid and process.status() != psutil.STATUS_ZOMBIE:
                members.append(process)
        except (psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            continue
    leader = next((process for process in members if process.pid == record.pid), None)
    if leader and leader.create_time() != record.created:
        return []
    return [process for process in members if process.create_time() >= record.created]


def _signal(send: Callable[[], None]) -> None:
    try:
        send()
    except psutil.NoSuchProcess:
        return
