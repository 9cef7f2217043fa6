"""TensorFlow Serving's gRPC API over SavedModels, for machines on which TensorFlow Serving can't be had.

It answers with the real server's codes and messages, and loads, unloads and waits as that does: what is known of it
is in the reference on TensorFlow Serving that the tests follow. Only this package and `learning` know TensorFlow.
"""

import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # errors only


def serve(
    models: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8500,
    config: Path | None = None,
    certificate: Path | None = None,
    key: Path | None = None,
    client_ca: Path | None = None,
) -> None:
    """Serve until the process is told to end (SIGTERM, SIGINT).

    `config` is the file of models to start with (by default `models.config` in `models`, if it is there), as
    TensorFlow Serving's `--model_config_file`. With `certificate` and `key` (PEM) it speaks TLS, and with `client_ca`
    it asks its clients for a certificate of that authority.

    Raises:
        ServiceFailed: the port is taken, the configuration can't be read, or a model of it can't be loaded.
    """
    from fototeca.serving.local_server.server import run

    run(config or models / "models.config", host, port, certificate, key, client_ca)
