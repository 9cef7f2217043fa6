"""Classifying over gRPC against calling the same SavedModel in process, side by side in one run.

    python -m bench.classify [--images 1920] [--rounds 5] [--source FOLDER]

Both sides get the same JPEG bytes, in the same batches, in turns, so that a busy machine troubles both alike. In
process is the faster of one call after the other and several at once; over gRPC is the client as the nightly step
uses it, to a local model server in a process of its own. The images are the JPEG files of FOLDER, or noise that is
drawn here, of a landmark's size. Each figure is the median of the rounds; the ratio is that of each round, so that
it compares what ran at the same time.
"""

import argparse
import io
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE, BATCH, IN_FLIGHT, CLASSES = 227, 64, 3, 8
WORKER = "fototeca.steps.classify"

Batches = list[list[bytes]]
Run = Callable[[Batches], object]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--images", type=int, default=1920)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--source", type=Path, help="folder of JPEG files to classify instead of noise")
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    images = _images(options.images, options.source)
    batches = [images[start : start + BATCH] for start in range(0, len(images), BATCH)]
    seconds, megabytes = worker_cost()
    with tempfile.TemporaryDirectory(prefix="bench-classify-") as name:
        models = Path(name)
        _export_cnn(models / "cnn" / "1")
        rates = _measure(models, batches, options.rounds)
    faster = max(("in process, one after the other", "in process, several at once"), key=lambda n: _median(rates[n]))
    rounds = zip(rates["over gRPC"], rates[faster], strict=True)
    print(f"{len(images)} images of {len(b''.join(images)) / len(images) / 1000:.1f} KB, requests of {BATCH}")
    for what, found in rates.items():
        print(f"  {what:32} {_median(found):8.0f} images/s   ({min(found):.0f} to {max(found):.0f})")
    print(f"  over gRPC / {faster}: {_median([served / local for served, local in rounds]):.2f}")
    print(f"Classify worker ({WORKER}): imported in {seconds:.2f} s, {megabytes:.0f} MB at its peak")


def worker_cost() -> tuple[float, float]:
    """Seconds to import the classify step in a fresh process, and that process's peak memory in MB."""
    code = (
        "import time, resource, json; began = time.perf_counter(); "
        f"import {WORKER}; took = time.perf_counter() - began; "
        "print(json.dumps([took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000]))"
    )
    runs = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True) for _ in range(3)]
    costs = [json.loads(run.stdout) for run in runs]
    return min(seconds for seconds, _ in costs), max(megabytes for _, megabytes in costs)


def _measure(models: Path, batches: Batches, rounds: int) -> dict[str, list[float]]:
    with _in_process(models / "cnn" / "1") as (one, several), _over_grpc(models) as served:
        sides: dict[str, Run] = {
            "in process, one after the other": one,
            "in process, several at once": several,
            "over gRPC": served,
        }
        rates: dict[str, list[float]] = {what: [] for what in sides}
        for run in sides.values():
            run(batches[:IN_FLIGHT])
        for _ in range(rounds):
            for what, run in sides.items():
                began = time.perf_counter()
                run(batches)
                rates[what].append(sum(map(len, batches)) / (time.perf_counter() - began))
    return rates


@contextmanager
def _in_process(folder: Path) -> Iterator[tuple[Run, Run]]:
    import tensorflow as tf

    call = tf.saved_model.load(str(folder)).signatures["serving_default"]

    def classify(images: list[bytes]) -> NDArray[np.float32]:
        probabilities: NDArray[np.float32] = call(image_bytes=tf.constant(images))["probabilities"].numpy()
        return probabilities

    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        yield (
            lambda batches: [classify(images) for images in batches],
            lambda batches: list(pool.map(classify, batches)),
        )


@contextmanager
def _over_grpc(models: Path) -> Iterator[Run]:
    from fototeca.serving.client import open_client
    from fototeca.serving.configuration import ServedModel, as_text, make_config
    from fototeca.settings import Settings

    model = ServedModel("cnn", str(models / "cnn"), (1,), stable=1)
    (models / "models.config").write_text(as_text(make_config([model])))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "fototeca", "serve", "--models", str(models), "--port", str(port)]
    with (models / "log").open("wb") as log, subprocess.Popen(command, stderr=log) as server:
        try:
            with open_client(Settings(serving=f"127.0.0.1:{port}"), attempts=40) as client:
                client.predict("cnn", 1, [_noise(0)])

                def classify(batches: Batches) -> None:
                    for _ in client.predict_all("cnn", 1, batches, in_flight=IN_FLIGHT):
                        pass

                yield classify
        finally:
            server.terminate()


def _export_cnn(folder: Path) -> None:
    import keras

    from fototeca.learning.architectures import Head, build, find
    from fototeca.learning.calibrated import Calibrated
    from fototeca.learning.export import export_network
    from fototeca.learning.objectives import Classes

    nothing = np.zeros(0, np.int64), np.zeros((0, CLASSES), np.float32)
    objective = Classes(CLASSES, *nothing, keras.losses.CategoricalCrossentropy(from_logits=True))
    network = build(find("cnn"), Head("classification", CLASSES))
    export_network(network, Calibrated(objective, {"temperature": 1.0}), 1, folder)


def _images(count: int, source: Path | None) -> list[bytes]:
    if source is None:
        return [_noise(seed) for seed in range(count)]
    files = sorted(source.rglob("*.jpg"))
    return [files[place % len(files)].read_bytes() for place in range(count)]


def _noise(seed: int) -> bytes:
    coarse = np.random.default_rng(seed).integers(0, 256, (SIDE // 4, SIDE // 4), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(coarse).resize((SIDE, SIDE), Image.Resampling.BILINEAR).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _median(figures: list[float]) -> float:
    return statistics.median(figures)


if __name__ == "__main__":
    main()
