"""The local model server as a process of its own: starting, ending, TLS."""

import datetime as dt
import ipaddress
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from fototeca.errors import ServiceFailed, ServingUnavailable
from fototeca.serving.client import open_client
from fototeca.serving.configuration import ServedModel, as_text, make_config
from fototeca.serving.local_server import serve
from fototeca.settings import Settings

from .conftest import eventually, jpeg

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def answers(settings: Settings, model: str, version: int) -> bool:
    """Whether a server answers for a version."""
    try:
        with open_client(settings, attempts=1) as client:
            client.predict(model, version, [jpeg(9)])
    except ServingUnavailable:
        return False
    return True


def write_config(models: Path, version: int) -> None:
    model = ServedModel("mars", str(models / "mars"), (version,), stable=version)
    (models / "models.config").write_text(as_text(make_config([model])))


@pytest.fixture
def signals_kept() -> Iterator[None]:
    """Servers in this process take its signals; give them back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals_kept")
@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("model_config_list { config {", "can't be read as a model server's configuration"),
        (
            'model_config_list { config { name: "mars" base_path: "BASE" model_platform: "tensorflow" } }',
            "Failed to start server. Error: 1 servable\\(s\\) did not become available",
        ),
    ],
)
def test_a_server_that_cannot_start_says_why(models: Path, port: int, config: str, message: str) -> None:
    (models / "mars" / "1").mkdir(parents=True)
    (models / "models.config").write_text(config.replace("BASE", str(models / "mars")))
    with pytest.raises(ServiceFailed, match=message):
        serve(models, port=port)


@pytest.mark.usefixtures("signals_kept")
def test_a_taken_port_is_named(models: Path) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        port = one.getsockname()[1]
        with pytest.raises(ServiceFailed, match=f"127.0.0.1:{port} can't be listened on"):
            serve(models, port=port)


@pytest.fixture
def pem(tmp_path: Path) -> dict[str, Path]:
    """An authority, a certificate of it for 127.0.0.1, and that certificate's key."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "authority")])
    now = dt.datetime.now(dt.UTC)

    def certificate(name: x509.Name, public: Any, ca: bool) -> x509.Certificate:
        return (
            x509.CertificateBuilder(issuer, name, public, x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
            )
            .sign(authority_key, hashes.SHA256())
        )

    encoding = serialization.Encoding.PEM
    contents = {
        "ca": certificate(issuer, authority_key.public_key(), True).public_bytes(encoding),
        "certificate": certificate(
            x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "peer")]), key.public_key(), False
        ).public_bytes(encoding),
        "key": key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    }
    for name, content in contents.items():
        (tmp_path / f"{name}.pem").write_bytes(content)
    return {name: tmp_path / f"{name}.pem" for name in contents}


def test_a_killed_server_serves_the_same_again_to_the_clients_it_knows(
    start_process: Start, models: Path, place: Callable[..., Path], port: int, pem: dict[str, Path]
) -> None:
    place("mars", 1)
    place("mars", 2)
    write_config(models, version=1)
    address = f"127.0.0.1:{port}"
    known = Settings(
        serving=address, serving_ca=pem["ca"], serving_certificate=pem["certificate"], serving_key=pem["key"]
    )

    def start() -> subprocess.Popen[bytes]:
        process = start_process(models, port, certificate=pem["certificate"], key=pem["key"], client_ca=pem["ca"])
        eventually(lambda: answers(known, "mars", 1), (models / "server.log").read_text, seconds=120)
        return process

    first = start()
    assert not answers(known, "mars", 2)
    assert not answers(Settings(serving=address, serving_ca=pem["ca"]), "mars", 1)
    assert not answers(Settings(serving=address), "mars", 1)
    first.kill()
    first.wait()
    assert not answers(known, "mars", 1)

    second = start()
    assert not answers(known, "mars", 2)
    second.send_signal(signal.SIGTERM)
    assert second.wait(timeout=60) == 0
