"""Small SavedModels, and model servers to ask about them."""

import hashlib
import io
import math
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from PIL import Image

from fototeca.archive import keys
from fototeca.archive.store import Store
from fototeca.collections.years import Years
from fototeca.context import Context
from fototeca.serving import messages
from fototeca.serving.client import ServingClient
from fototeca.serving.local_server.manager import ModelManager
from fototeca.serving.local_server.server import listening
from fototeca.steps.sync import sync_once


def jpeg(grey: int) -> bytes:
    """A small image of one grey level."""
    buffer = io.BytesIO()
    Image.new("L", (16, 12), grey).save(buffer, "JPEG")
    return buffer.getvalue()


EARLIEST, LATEST, BEFORE, AFTER = 1863, 1991, 10, 4
"""The dated model's years, of black and of white, and how far its intervals reach."""


def probabilities(brightness: float, weight: float) -> list[float]:
    """What the model of classes says of an image: the brighter, the likelier the second of its two classes."""
    second = 1 / (1 + math.exp(-weight * (brightness - 0.5)))
    return [1 - second, second]


def years(brightness: float) -> list[float]:
    """What the dated model says of an image: the brighter, the later."""
    year = EARLIEST + (LATEST - EARLIEST) * brightness
    return [year, year - BEFORE, year + AFTER]


def export(folder: Path, weight: float) -> None:
    """A SavedModel of the agreed signature that answers as `probabilities`."""

    def answer(brightness: Any, weight: Any) -> dict[str, Any]:
        import tensorflow as tf

        logit = weight * (brightness - 0.5)
        return {"probabilities": tf.stack([tf.sigmoid(-logit), tf.sigmoid(logit)], axis=1)}

    save(folder, weight, answer)


def export_dated(folder: Path) -> None:
    """A SavedModel of the agreed signature that answers as `years`."""

    def answer(brightness: Any, weight: Any) -> dict[str, Any]:
        year = EARLIEST + weight * brightness
        return {"year": year, "year_low": year - BEFORE, "year_high": year + AFTER}

    save(folder, float(LATEST - EARLIEST), answer)


def save(folder: Path, weight: float, answer: Callable[[Any, Any], dict[str, Any]]) -> None:
    """A SavedModel whose answers are made of the images' brightness [N], 0 to 1, and its one weight."""
    import tensorflow as tf

    class Model(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.weight = tf.Variable(weight)

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="image_bytes")])  # type: ignore[untyped-decorator]
        def serve(self, image_bytes: Any) -> dict[str, Any]:
            def brightness(content: Any) -> Any:
                pixels = tf.io.decode_image(content, channels=1, expand_animations=False)
                return tf.reduce_mean(tf.cast(pixels, tf.float32)) / 255.0

            return answer(tf.map_fn(brightness, image_bytes, fn_output_signature=tf.float32), self.weight)

    model = Model()
    tf.saved_model.save(model, str(folder), signatures={"serving_default": model.serve})


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[float, Path]:
    """SavedModels of classes by the weight that makes them differ."""
    folders = {weight: tmp_path_factory.mktemp("saved_model") / "model" for weight in (4.0, -4.0)}
    for weight, folder in folders.items():
        export(folder, weight)
    return folders


@pytest.fixture(scope="session")
def exported_dated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel of years."""
    folder = tmp_path_factory.mktemp("saved_model") / "dated"
    export_dated(folder)
    return folder


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """The server's folder of models, empty."""
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


@pytest.fixture
def place(models: Path, exported: dict[float, Path]) -> Callable[..., Path]:
    """Put a SavedModel where the server finds it: `place("mars", 1)`."""

    def put(model: str, version: int, weight: float = 4.0) -> Path:
        arriving, folder = models / model / ".arriving", models / model / str(version)
        shutil.copytree(exported[weight], arriving)
        return arriving.rename(folder)

    return put


class Server:
    """A model server in this process, with its raw stubs and our client."""

    def __init__(self, manager: ModelManager, port: int, channel: grpc.Channel) -> None:
        self.manager = manager
        self.port = port
        self.prediction = messages.PredictionServiceStub(channel)
        self.models = messages.ModelServiceStub(channel)
        self.client = ServingClient(channel, f"127.0.0.1:{port}", timeout=20, attempts=3)

    def reload(self, *models: Any, timeout: float = 20) -> None:
        """Replace the configuration."""
        config = messages.ModelServerConfig(model_config_list=messages.ModelConfigList(config=models))
        self.models.HandleReloadConfigRequest(messages.ReloadConfigRequest(config=config), timeout=timeout)

    def states(self, model: str) -> dict[int, str]:
        """The state of every version that the server knows."""
        return {v.version: v.state for v in self.client.versions(model)}

    def wait_for(self, model: str, states: dict[int, str]) -> None:
        """Wait until the versions are in these states."""
        eventually(lambda: self.states(model) == states, lambda: f"{model} is in {self.states(model)}")


def eventually(reached: Callable[[], bool], say: Callable[[], str] = str, seconds: float = 30) -> None:
    """Wait for something to come true."""
    for _ in range(int(seconds / 0.05)):
        if reached():
            return
        time.sleep(0.05)
    raise AssertionError(say())


@pytest.fixture
def make_server() -> Callable[..., AbstractContextManager[Server]]:
    """Start a server that looks at its folders often."""

    @contextmanager
    def make(**options: Any) -> Iterator[Server]:
        manager = ModelManager(**({"poll_seconds": 0.05, "load_retries": 0} | options))
        with (
            listening(manager, "127.0.0.1:0") as port,
            grpc.insecure_channel(f"127.0.0.1:{port}", options=messages.UNLIMITED) as channel,
        ):
            yield Server(manager, port, channel)

    return make


@pytest.fixture
def server(make_server: Callable[..., AbstractContextManager[Server]]) -> Iterator[Server]:
    """A server with no models."""
    with make_server() as server:
        yield server


@pytest.fixture
def live(context: Context, server: Server, models: Path) -> Iterator[Context]:
    """Surroundings with a model server, and a sync that brings it its models."""
    ended = threading.Event()
    settings = context.settings.model_copy(
        update={"serving": f"127.0.0.1:{server.port}", "serving_models": str(models), "serving_timeout": 60.0}
    )
    live = replace(context, settings=settings)

    def mirror() -> None:
        while not ended.wait(0.1):
            sync_once(live, models)

    thread = threading.Thread(target=mirror)
    thread.start()
    yield live
    ended.set()
    thread.join()


GREYS = (20, 128, 230)
"""Of the images whose answers a training run leaves."""


def leave_run(
    store: Store,
    collection: str,
    architecture: str,
    run: str,
    model: Path,
    golden: list[dict[str, Any]],
    **facts: Any,
) -> None:
    """Leave in the archive what a training run leaves there; `golden` has the answers, `facts` go into the result."""
    images = [jpeg(grey) for grey in GREYS]
    shard = hashlib.sha256(b"".join(images)).hexdigest()
    store.put(keys.shard(collection, shard), b"".join(images))
    damaged = facts.pop("files", {})
    files, rows, offset = {}, [], 0
    for file in sorted(path for path in model.rglob("*") if path.is_file()):
        name = file.relative_to(model).as_posix()
        content = damaged.get(name, file.read_bytes())
        store.put(keys.model(collection, architecture, run, f"saved_model/{name}"), content)
        files[f"saved_model/{name}"] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    for answer, image in zip(golden, images, strict=True):
        rows.append({"id": "", "shard": shard, "offset": offset, "bytes": len(image)} | answer)
        offset += len(image)
    result = {"collection": collection, "architecture": architecture, "run": run, "dataset": "d" * 16, "files": files}
    store.put_json(keys.model(collection, architecture, run, "golden.json"), rows)
    store.put_json(keys.model(collection, architecture, run, "result.json"), result | facts)


@pytest.fixture
def train(store: Store, exported: dict[float, Path]) -> Callable[..., None]:
    """Leave what a training run of two classes leaves: `train("cnn", "a")`."""

    def leave(architecture: str, run: str, weight: float = 4.0, collection: str = "mars", **damages: Any) -> None:
        known_as = damages.pop("answers_as", weight)
        golden = [{"answers": probabilities(grey / 255, known_as)} for grey in GREYS]
        facts = {"task": "classification", "classes": ["dark", "bright"], "files": damages}
        leave_run(store, collection, architecture, run, exported[weight], golden, **facts)

    return leave


@pytest.fixture
def train_dated(store: Store, exported_dated: Path) -> Callable[..., None]:
    """Leave what a training run of years leaves: `train_dated("cnn", "a")`; `off` is added to its known answers."""

    def leave(
        architecture: str,
        run: str,
        task: str = "regression",
        off: Sequence[float] = (0, 0, 0),
        collection: str = "photos",
        **facts: Any,
    ) -> None:
        known = [[a + b for a, b in zip(years(grey / 255), off, strict=True)] for grey in GREYS]
        dated = Years(earliest=EARLIEST, latest=LATEST, span=20)
        facts = {"task": task, "classes": list(dated.labels), "years": dated.model_dump()} | facts
        golden = [{"answers": answers} for answers in known]
        leave_run(store, collection, architecture, run, exported_dated, golden, **facts)

    return leave


@pytest.fixture
def configured(models: Path) -> Callable[..., Any]:
    """A model's configuration: `configured("mars", versions=[1], labels={"stable": 1})`."""

    def configure(
        name: str, versions: list[int] | None = None, labels: dict[str, int] | None = None, **fields: Any
    ) -> Any:
        config = messages.ModelConfig(
            **({"name": name, "base_path": str(models / name), "model_platform": "tensorflow"} | fields)
        )
        if versions is not None:
            config.model_version_policy.specific.SetInParent()
            config.model_version_policy.specific.versions.extend(versions)
        for label, version in (labels or {}).items():
            config.version_labels[label] = version
        return config

    return configure


@pytest.fixture
def start_process() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a server as a process of its own; it is ended with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(models: Path, port: int, **options: Any) -> subprocess.Popen[bytes]:
        given = {name: str(value) for name, value in options.items()}
        code = (
            "from pathlib import Path; from fototeca.serving.local_server import serve; "
            f"serve(Path({str(models)!r}), port={port}, **{{k: Path(v) for k, v in {given!r}.items()}})"
        )
        log = (models / "server.log").open("ab")
        with log:
            started.append(subprocess.Popen([sys.executable, "-c", code], stdout=log, stderr=log))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
