"""The secrets of this machine's services: generated once, readable by their owner alone."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from fototeca.errors import SettingsError
from fototeca.machine.environment import write_private


@dataclass(frozen=True)
class Credentials:
    """Keys and passwords; `repr` would show them, so never print one."""

    s3_access_key: str
    s3_secret_key: str
    airflow_user: str
    airflow_password: str
    airflow_jwt_secret: str
    airflow_secret_key: str
    airflow_fernet_key: str


def load_credentials(home: Path) -> Credentials:
    """The credentials kept under `home`, generated when there are none.

    Raises:
        SettingsError: the file is damaged.
    """
    file = home / "credentials.json"
    if not file.exists():
        write_private(file, json.dumps(asdict(_generate()), indent=2))
    try:
        return Credentials(**json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise SettingsError(f"{file} is damaged ({error}). `make clean` removes it, and all data with it.") from error


def _generate() -> Credentials:
    return Credentials(
        s3_access_key=secrets.token_hex(10),
        s3_secret_key=secrets.token_hex(20),
        airflow_user="admin",
        airflow_password=secrets.token_urlsafe(12),
        airflow_jwt_secret=secrets.token_hex(32),
        airflow_secret_key=secrets.token_hex(32),
        airflow_fernet_key=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    )
