"""Airflow on this machine: the processes that `airflow standalone` runs, each as a service of its own.

So one that was killed is started again alone, and the two servers that hand out logs, which can't be kept to
loopback, are left out: on one machine Airflow reads its logs from disk.
"""

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from functools import partial
from importlib.metadata import version
from pathlib import Path
from threading import Lock

import fototeca
from fototeca.errors import ServiceFailed, SettingsError
from fototeca.machine.airflow_client import read_health
from fototeca.machine.credentials import Credentials
from fototeca.machine.environment import beside_python, inherited, write_private
from fototeca.machine.service import Service, log_file

PARTS = {
    "airflow-api": (("api-server",), "metadatabase"),
    "airflow-scheduler": (("scheduler", "--skip-serve-logs"), "scheduler"),
    "airflow-dag-processor": (("dag-processor",), "dag_processor"),
    "airflow-triggerer": (("triggerer", "--skip-serve-logs"), "triggerer"),
}
"""Arguments of `airflow` for each service, and the part of Airflow's health report that speaks of it."""

_migrating = Lock()


def dags_folder() -> Path:
    """The folder of the DAG files, beside this source tree.

    Raises:
        SettingsError: Fototeca runs from elsewhere than a clone.
    """
    folder = Path(fototeca.__file__).resolve().parents[2] / "dags"
    if not folder.is_dir():
        raise SettingsError(f"Airflow's DAG files are not at {folder}. Run from a clone, set up by its Makefile.")
    return folder


def define(home: Path, credentials: Credentials, shared: dict[str, str], port: int) -> list[Service]:
    """The services that make up Airflow, with its API on the port."""
    url = f"http://127.0.0.1:{port}"
    environment = shared | _airflow_environment(home, credentials, url, port)
    prepare = partial(_prepare, home, credentials, environment)
    return [
        Service(
            name=name,
            command=(beside_python("airflow"), *arguments),
            environment=environment,
            ports={"http": port} if name == "airflow-api" else {},
            address=url if name == "airflow-api" else "",
            is_ready=partial(_is_healthy, url, part),
            prepare=prepare,
        )
        for name, (arguments, part) in PARTS.items()
    ]


def _airflow_environment(home: Path, credentials: Credentials, url: str, port: int) -> dict[str, str]:
    folder = home / "airflow"
    return {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags_folder()),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__FERNET_KEY": credentials.airflow_fernet_key,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{credentials.airflow_user}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(folder / "passwords.json"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _sqlite(folder / "airflow.db"),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__SECRET_KEY": credentials.airflow_secret_key,
        "AIRFLOW__API_AUTH__JWT_SECRET": credentials.airflow_jwt_secret,
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }


def _prepare(home: Path, credentials: Credentials, environment: dict[str, str]) -> None:
    """Write the password and make the database; a database that is half made is never seen under its name."""
    folder = home / "airflow"
    made = folder / f"database-of-airflow-{version('apache-airflow')}"
    with _migrating:
        folder.mkdir(parents=True, exist_ok=True)
        write_private(folder / "passwords.json", json.dumps({credentials.airflow_user: credentials.airflow_password}))
        if made.exists():
            return
        database, part = folder / "airflow.db", folder / "airflow.db.part"
        part.unlink(missing_ok=True)
        with closing(sqlite3.connect(part)) as new:
            if database.exists():
                with closing(sqlite3.connect(database)) as old:
                    old.backup(new)
            new.execute("PRAGMA journal_mode=WAL")  # Airflow's processes then read while one of them writes
        command = [beside_python("airflow"), "db", "migrate"]
        variables = inherited() | environment | {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _sqlite(part)}
        with log_file(home, "airflow-database").open("ab") as log:
            done = subprocess.run(command, env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
        if done.returncode:
            raise ServiceFailed(f"Airflow's database can't be made; see {log_file(home, 'airflow-database')}.")
        os.replace(part, database)
        made.touch()


def _sqlite(file: Path) -> str:
    """Address of a database whose users wait a minute for each other, where SQLite's own five seconds are too few."""
    return f"sqlite:///{file}?timeout=60"


def _is_healthy(url: str, part: str) -> bool:
    return read_health(url).get(part) == "healthy"
