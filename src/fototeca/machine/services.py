"""Which services this machine runs, and how."""

import sys
from functools import partial
from pathlib import Path

import boto3
import grpc
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from fototeca.machine import airflow_services
from fototeca.machine.credentials import Credentials
from fototeca.machine.environment import beside_python, own_settings
from fototeca.machine.service import Service

DEFAULT_PORTS: dict[str, dict[str, int]] = {
    "seaweedfs": {
        "s3.port": 8333,
        **dict.fromkeys(["s3.port.grpc", "master.port", "master.port.grpc", "volume.port", "volume.port.grpc"], 0),
        **dict.fromkeys(["filer.port", "filer.port.grpc", "admin.port", "admin.port.grpc"], 0),
    },
    "serving": {"grpc": 8500},
    "airflow-api": {"http": 8080},
    "airflow-scheduler": {},
    "airflow-dag-processor": {},
    "airflow-triggerer": {},
    "sync": {},
}
"""The services by name, with the ports that each would like; 0 is any."""

PROBE = "probe"
"""Object that is written and read to see whether storage is ready."""

Ports = dict[str, dict[str, int]]


def shared_environment(home: Path, credentials: Credentials, ports: Ports) -> dict[str, str]:
    """What any process on this machine needs to reach the services."""
    fixed = {
        "AWS_ACCESS_KEY_ID": credentials.s3_access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.s3_secret_key,
        "AWS_SESSION_TOKEN": "",
        "FOTOTECA_HOME": str(home),
        "FOTOTECA_ENDPOINT": f"http://127.0.0.1:{ports['seaweedfs']['s3.port']}",
        "FOTOTECA_SERVING": f"127.0.0.1:{ports['serving']['grpc']}",
        "FOTOTECA_SERVING_MODELS": str(home / "serving"),
    }
    return {"FOTOTECA_BUCKET": "fototeca", **own_settings(), **fixed}


def define_services(home: Path, credentials: Credentials, ports: Ports) -> list[Service]:
    """All services, in the order in which people should see them."""
    shared = shared_environment(home, credentials, ports)
    return [
        _seaweedfs(home, shared, ports["seaweedfs"]),
        _serving(home, shared, ports["serving"]),
        _sync(home, shared),
        *airflow_services.define(home, credentials, shared, ports["airflow-api"]["http"]),
    ]


def _seaweedfs(home: Path, shared: dict[str, str], ports: dict[str, int]) -> Service:
    folder = home / "seaweedfs"
    flags = [f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-bucket={shared['FOTOTECA_BUCKET']}"]
    flags += ["-admin.ui=false", "-webdav=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"]
    flags += [f"-{name}={port}" for name, port in ports.items()]
    return Service(
        name="seaweedfs",
        command=(beside_python("weed"), "mini", *flags),
        environment=shared,
        ports=ports,
        address=shared["FOTOTECA_ENDPOINT"],
        is_ready=partial(_stores, shared),
        prepare=partial(folder.mkdir, parents=True, exist_ok=True),
        patience=60,
    )


def _serving(home: Path, shared: dict[str, str], ports: dict[str, int]) -> Service:
    models, port = home / "serving", ports["grpc"]
    return Service(
        name="serving",
        command=(sys.executable, "-m", "fototeca", "serve", "--models", str(models), "--port", str(port)),
        environment=shared,
        ports=ports,
        address=shared["FOTOTECA_SERVING"],
        is_ready=partial(_answers_grpc, shared["FOTOTECA_SERVING"]),
        prepare=partial(models.mkdir, parents=True, exist_ok=True),
    )


def _sync(home: Path, shared: dict[str, str]) -> Service:
    models = home / "serving"
    return Service(
        name="sync",
        command=(sys.executable, "-m", "fototeca", "sync", "--models", str(models)),
        environment=shared,
        ports={},
        address=str(models),
        is_ready=lambda: True,
        prepare=partial(models.mkdir, parents=True, exist_ok=True),
    )


def _stores(shared: dict[str, str]) -> bool:
    client = boto3.session.Session().client(
        "s3",
        endpoint_url=shared["FOTOTECA_ENDPOINT"],
        region_name="us-east-1",
        aws_access_key_id=shared["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=shared["AWS_SECRET_ACCESS_KEY"],
        config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1}),
    )
    try:
        # Listing answers seconds before objects do: their volumes have to be found again after a restart.
        client.put_object(Bucket=shared["FOTOTECA_BUCKET"], Key=PROBE, Body=b"ready")
        client.get_object(Bucket=shared["FOTOTECA_BUCKET"], Key=PROBE)["Body"].read()
    except (BotoCoreError, ClientError):
        return False
    return True


def _answers_grpc(address: str) -> bool:
    with grpc.insecure_channel(address) as channel:
        try:
            grpc.channel_ready_future(channel).result(timeout=1)
        except grpc.FutureTimeoutError:
            return False
    return True
