"""The process: loads what its configuration names, then listens until it is told to end."""

import logging
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import grpc

from fototeca.errors import ServiceFailed
from fototeca.serving.local_server.config import read_config
from fototeca.serving.local_server.manager import ModelManager
from fototeca.serving.local_server.refusal import Refusal
from fototeca.serving.local_server.services import handlers
from fototeca.serving.messages import UNLIMITED

log = logging.getLogger(__name__)

THREADS = 32
"""Calls answered at once; most of them wait, for the processor or for a model to load."""
GRACE = 10
"""Seconds that running calls have when the server is told to end."""


def run(config: Path, host: str, port: int, certificate: Path | None, key: Path | None, client_ca: Path | None) -> None:
    """Serve until SIGTERM or SIGINT. Raises as `serve` does."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    credentials = _credentials(certificate, key, client_ca)
    manager = ModelManager()
    try:
        if config.exists() and not _start(manager, config, told):
            return
        with listening(manager, f"{host}:{port}", credentials) as bound:
            log.info("Serving on %s:%d.", host, bound)
            told.wait()
            log.info("Ending.")
    finally:
        manager.close()


@contextmanager
def listening(manager: ModelManager, address: str, credentials: grpc.ServerCredentials | None = None) -> Iterator[int]:
    """A gRPC server on the address, whose port is given; server and manager are stopped at the end.

    Raises:
        ServiceFailed: the port is taken.
    """
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="call")
    server = grpc.server(pool, handlers=handlers(manager), options=(*UNLIMITED, ("grpc.so_reuseport", 0)))
    try:
        port = server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
    except RuntimeError as error:
        raise ServiceFailed(f"{address} can't be listened on: {error}. Free the port or choose another.") from error
    server.start()
    try:
        yield port
    finally:
        manager.close()
        server.stop(GRACE).wait()
        pool.shutdown(cancel_futures=True)


def _start(manager: ModelManager, config: Path, told: threading.Event) -> bool:
    """Load the configuration's models; false if the process was told to end meanwhile."""
    wanted = read_config(config)
    failed: list[Refusal] = []

    def load() -> None:
        try:
            manager.reload(wanted)
        except Refusal as refusal:
            failed.append(refusal)

    log.info("Loading the models of %s.", config)
    loading = threading.Thread(target=load, daemon=True)
    loading.start()
    while loading.is_alive() and not told.is_set():
        loading.join(timeout=0.1)
    if failed:
        message = failed[0].message.replace("model(s) did not", "servable(s) did not")
        raise ServiceFailed(f"Failed to start server. Error: {message}")
    return not told.is_set()


def _credentials(certificate: Path | None, key: Path | None, client_ca: Path | None) -> grpc.ServerCredentials | None:
    if certificate is None or key is None:
        return None
    try:
        pair = (key.read_bytes(), certificate.read_bytes())
        authority = client_ca.read_bytes() if client_ca else None
    except OSError as error:
        raise ServiceFailed(f"{error.filename} can't be read: {error.strerror}. It should be a PEM file.") from error
    return grpc.ssl_server_credentials([pair], authority, require_client_auth=authority is not None)
