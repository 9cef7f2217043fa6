"""Servers and surroundings that tests share; each server is real, on loopback and a free port."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from bench.servers import seaweedfs
from fototeca.archive.store import Store, open_store
from fototeca.context import Context
from fototeca.machine import lifecycle
from fototeca.settings import Settings


@pytest.fixture(scope="session", autouse=True)
def no_settings_of_this_machine(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests see no setting, and no services, of the machine that they run on."""
    for name in [name for name in os.environ if name.startswith("FOTOTECA_")]:
        del os.environ[name]
    os.environ["FOTOTECA_HOME"] = str(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def s3_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real SeaweedFS with an S3 gateway; its credentials are in the environment, where the AWS chain looks."""
    with seaweedfs(tmp_path_factory.mktemp("s3") / "seaweedfs") as endpoint:
        yield endpoint


@pytest.fixture
def settings(s3_endpoint: str, tmp_path: Path) -> Iterator[Settings]:
    """Settings with a bucket and a home of the test's own.

    The bucket goes when the test ends: each holds volumes of the server, which has only so many.
    """
    bucket = f"test-{secrets.token_hex(6)}"
    client = boto3.client("s3", endpoint_url=s3_endpoint, region_name="us-east-1")
    client.create_bucket(Bucket=bucket)
    yield Settings(home=tmp_path / "home", bucket=bucket, endpoint=s3_endpoint, workers=1)
    client.delete_bucket(Bucket=bucket)


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
