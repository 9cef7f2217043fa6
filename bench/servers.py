"""The object storage that benchmarks and tests run against: the same server that `make run` starts, on free ports."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

PORTS = (
    "s3",
    "master",
    "volume",
    "filer",
    "admin",
    "master.grpc",
    "volume.grpc",
    "filer.grpc",
    "s3.grpc",
    "admin.grpc",
)
PATIENCE = 60
"""Seconds in which the server must be ready."""


def program(name: str) -> str:
    """A program that came with a package of this environment."""
    return str(Path(sys.executable).with_name(name))


@contextmanager
def seaweedfs(folder: Path) -> Iterator[str]:
    """The endpoint of a server with its data in `folder`; credentials are put where the AWS chain looks."""
    folder.mkdir(parents=True)
    os.environ |= {"AWS_ACCESS_KEY_ID": secrets.token_hex(8), "AWS_SECRET_ACCESS_KEY": secrets.token_hex(16)}
    os.environ |= {"AWS_DEFAULT_REGION": "us-east-1"}
    ports = _free_ports()
    command = [program("weed"), "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-admin.ui=false"]
    command += ["-webdav=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"]
    command += [f"-{name.replace('.grpc', '')}.port{'.grpc' * name.endswith('.grpc')}={ports[name]}" for name in PORTS]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            endpoint = f"http://127.0.0.1:{ports['s3']}"
            _wait(endpoint, server, folder / "log")
            yield endpoint
        finally:
            server.kill()  # its data is thrown away, and a graceful end takes ten seconds


def _free_ports() -> dict[str, int]:
    with ExitStack() as open_sockets:
        sockets = {name: open_sockets.enter_context(socket.socket()) for name in PORTS}
        for one in sockets.values():
            one.bind(("127.0.0.1", 0))
        return {name: one.getsockname()[1] for name, one in sockets.items()}


def _wait(endpoint: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    client = boto3.client("s3", endpoint_url=endpoint)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            client.list_buckets()
            return
        except (BotoCoreError, ClientError):
            time.sleep(0.1)
    raise RuntimeError(f"The server did not become ready: {log.read_text()[-2000:]}")
