"""Starting, stopping and looking at the services of this machine. Each of these can be repeated without harm."""

import fcntl
import os
import sys
from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from tenacity import retry, retry_if_exception_type, stop_after_delay

from fototeca.errors import OrchestratorUnavailable, ServiceFailed
from fototeca.jobs.launcher import JobState, make_launcher
from fototeca.machine.airflow_client import AirflowClient
from fototeca.machine.credentials import load_credentials
from fototeca.machine.environment import write_environment
from fototeca.machine.ports import Tell, choose_ports
from fototeca.machine.service import Record, Service, end, failure, log_file, read_record, spawn, wait_until_ready
from fototeca.machine.services import DEFAULT_PORTS, Ports, define_services, shared_environment
from fototeca.orchestration.pool import TRAINING_POOL
from fototeca.settings import load_settings

GLANCE = 10.0
"""Seconds that a service which was running already has to show that it is ready, before it is started anew."""
POOL_PATIENCE = 150.0
"""Seconds for Airflow to take its first order: after a hard stop its database can be locked for a minute."""
TRAINING_SLOTS = 1
"""A training job keeps all processors of a small machine busy; change the pool in Airflow where there are more."""


@dataclass(frozen=True)
class ServiceState:
    """How a service is."""

    name: str
    state: str
    """`running`, `not ready` or `stopped`."""
    pid: int
    address: str
    log: str


def say(line: str) -> None:
    """Tell people on the terminal."""
    sys.stderr.write(f"{line}\n")


def start(home: Path, tell: Tell = say) -> list[ServiceState]:
    """Start every service that does not run, and wait until all are ready.

    Raises:
        ServiceFailed: a service ended or was never ready; those that were not ready yet are stopped again.
    """
    home = home.absolute()
    for folder in ("services", "logs", "airflow", "jobs"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    with _alone(home, tell):
        credentials = load_credentials(home)
        ports = _settle_ports(home, tell)
        services = define_services(home, credentials, ports)
        write_environment(home, shared_environment(home, credentials, ports))
        _bring_up_all(home, services, tell)
    _make_training_pool(home)
    return status(home)


def stop(home: Path, tell: Tell = say) -> list[str]:
    """Stop every service and every job, with all their processes; the names of what ran.

    Airflow goes first, so that it starts no job while the others end.
    """
    home = home.absolute()
    if not (home / "services").exists():
        return []
    with _alone(home, tell):
        records = [record for name in DEFAULT_PORTS if (record := read_record(home, name))]
        stopped = end(home, [record for record in records if record.name.startswith("airflow")])
        stopped += _cancel_jobs(home)
        return stopped + end(home, [record for record in records if not record.name.startswith("airflow")])


def status(home: Path) -> list[ServiceState]:
    """How each service is."""
    home = home.absolute()
    records = {name: read_record(home, name) for name in DEFAULT_PORTS}
    if not any(records.values()):
        return [ServiceState(name, "stopped", 0, "", "") for name in DEFAULT_PORTS]
    ports = {name: dict(record.ports) if record else dict(DEFAULT_PORTS[name]) for name, record in records.items()}
    return [
        _look(home, service, records[service.name]) for service in define_services(home, load_credentials(home), ports)
    ]


def open_airflow(home: Path) -> AirflowClient:
    """A client of this machine's Airflow.

    Raises:
        ServiceFailed: Airflow was never started here.
    """
    record, credentials = read_record(home, "airflow-api"), load_credentials(home)
    if record is None:
        raise ServiceFailed("Airflow was never started here: run `make run`, or `fototeca start`.")
    url = f"http://127.0.0.1:{record.ports['http']}"
    return AirflowClient(url, credentials.airflow_user, credentials.airflow_password)


def find_dead(home: Path) -> list[str]:
    """The services that were started and whose process has ended since."""
    records = (read_record(home, name) for name in DEFAULT_PORTS)
    return [record.name for record in records if record and record.pid and not record.is_alive]


@retry(retry=retry_if_exception_type(OrchestratorUnavailable), stop=stop_after_delay(POOL_PATIENCE), reraise=True)
def _make_training_pool(home: Path) -> None:
    with open_airflow(home) as airflow:
        airflow.make_pool(TRAINING_POOL, TRAINING_SLOTS, "Training jobs that may run at once")


def _look(home: Path, service: Service, record: Record | None) -> ServiceState:
    log = str(log_file(home, service.name))
    if record is None or not record.is_alive:
        return ServiceState(service.name, "stopped", 0, service.address, log)
    state = "running" if service.is_ready() else "not ready"
    return ServiceState(service.name, state, record.pid, service.address, log)


def _settle_ports(home: Path, tell: Tell) -> Ports:
    """The ports of those that run, and free ones for the others: those they had, if they can be had again."""
    settled: Ports = {}
    for name, wanted in DEFAULT_PORTS.items():
        record = read_record(home, name)
        if record and record.is_alive and record.ports.keys() == wanted.keys():
            settled[name] = record.ports
        else:
            if record:
                end(home, [record])
            settled[name] = choose_ports(name, wanted | (record.ports if record else {}), tell)
    return settled


def _bring_up_all(home: Path, services: list[Service], tell: Tell) -> None:
    given_up = Event()
    with ThreadPoolExecutor(len(services)) as threads:
        futures = [threads.submit(_bring_up, home, service, given_up, tell) for service in services]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            given_up.set()
    for future in done:
        future.result()


def _bring_up(home: Path, service: Service, given_up: Event, tell: Tell) -> None:
    """Keep the service if it runs well; else start it and wait. What is not ready when all is given up is ended."""
    record = read_record(home, service.name)
    if record and record.is_alive and record.fingerprint == service.fingerprint:
        if wait_until_ready(home, service, record, GLANCE, given_up.is_set):
            return
        tell(f"{service.name} runs but is not ready; starting it anew.")
    if record:
        end(home, [record])
    service.prepare()
    if given_up.is_set():
        return
    record = spawn(home, service)
    try:
        ready = wait_until_ready(home, service, record, service.patience, given_up.is_set)
    except BaseException:
        end(home, [record])
        raise
    if ready:
        tell(f"{service.name} is ready{f' at {service.address}' if service.address else ''}.")
        return
    end(home, [record])
    if not given_up.is_set():
        raise failure(home, service, f"was not ready after {service.patience:.0f} s")


def _cancel_jobs(home: Path) -> list[str]:
    """End all jobs; the names of those that ran."""
    names = sorted(folder.name for folder in (home / "jobs").iterdir() if folder.is_dir())
    if not names:
        return []
    launcher = make_launcher(load_settings().model_copy(update={"home": home}))
    running = [name for name in names if launcher.status(name).state is JobState.RUNNING]
    for name in names:
        launcher.cancel(name)
    return running


@contextmanager
def _alone(home: Path, tell: Tell) -> Iterator[None]:
    """Keep two starts or stops from meeting."""
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("Another start or stop is at work; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(str(os.getpid()))
        yield
