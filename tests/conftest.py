"""Servers and surroundings that tests share; each server is real, on loopback and a free port."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from fototeca.archive.store import Store, open_store
from fototeca.context import Context
from fototeca.machine import lifecycle
from fototeca.settings import Settings


def free_ports(count: int) -> list[int]:
    """Ports that nothing listens on, all different."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@pytest.fixture(scope="session")
def s3_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real SeaweedFS with an S3 gateway; its credentials are in the environment, where the AWS chain looks."""
    folder = tmp_path_factory.mktemp("seaweedfs")
    names = ["s3.port", "master.port", "volume.port", "filer.port", "master.port.grpc", "volume.port.grpc"]
    names += ["filer.port.grpc", "s3.port.grpc", "admin.port", "admin.port.grpc"]
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    os.environ |= {"AWS_ACCESS_KEY_ID": secrets.token_hex(8), "AWS_SECRET_ACCESS_KEY": secrets.token_hex(16)}
    command = [str(Path(sys.executable).with_name("weed")), "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-admin.ui=false"]
    command += ["-webdav=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"]
    command += [f"-{name}={port}" for name, port in ports.items()]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        endpoint = f"http://127.0.0.1:{ports['s3.port']}"
        client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
        for _ in range(200):
            try:
                client.list_buckets()
                break
            except Exception:  # whatever it says, it is not ready yet
                assert server.poll() is None, (folder / "log").read_text()
                time.sleep(0.1)
        yield endpoint
        server.terminate()


@pytest.fixture
def settings(s3_endpoint: str, tmp_path: Path) -> Settings:
    """Settings with a bucket and a home of the test's own."""
    bucket = f"test-{secrets.token_hex(6)}"
    boto3.client("s3", endpoint_url=s3_endpoint, region_name="us-east-1").create_bucket(Bucket=bucket)
    return Settings(home=tmp_path / "home", bucket=bucket, endpoint=s3_endpoint, workers=1)


@pytest.fixture
def store(settings: Settings) -> Store:
    """An empty bucket on a real S3 server."""
    return open_store(settings)


@pytest.fixture
def context(settings: Settings, store: Store) -> Context:
    """Surroundings for a step: an empty bucket and an empty home."""
    return Context(settings, store)


@pytest.fixture(scope="session")
def machine_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """All services of one machine, Airflow among them, as `make run` starts them, under a folder of the tests' own."""
    home = tmp_path_factory.mktemp("machine") / ".fototeca"
    try:
        lifecycle.start(home)
        yield home
    finally:
        lifecycle.stop(home)
