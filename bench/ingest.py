"""Ingest against what a user would do instead, and its memory at two sizes, in one run.

    python -m bench.ingest [--images 10000] [--rounds 3] [--memory 10000 50000]

`fototeca ingest` measures, packs and describes the images of a folder; `aws s3 sync` and a loop that puts one image
after the other only copy them. All three send the same folder to the same server, in turns, and the first two are
timed as commands, from start to end, after each has run once on a few images. Images are synthetic landmarks of
about 12 KB, no two with the same bytes.
Memory is the most that the command and its child processes had resident together.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import boto3
import psutil

from bench.servers import program, seaweedfs
from fototeca.samples import draw_landmarks
from fototeca.samples.mars.plan import LABELS
from fototeca.synthetic import COMMENT

DRAWN = 240
"""Landmarks that are drawn; all others differ from one of them by a comment alone."""
LOOP_IMAGES = 1000
SAMPLE_SECONDS = 0.05


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, nargs="*", default=[10_000, 50_000])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-ingest-") as name:
        work = Path(name)
        originals = [file.read_bytes() for file in draw_landmarks(work, originals=9, uploads=DRAWN).uploads.iterdir()]
        os.environ |= {"PYTHONPYCACHEPREFIX": str(work / "bytecode")}
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        with seaweedfs(work / "seaweedfs") as endpoint:
            os.environ |= {"FOTOTECA_ENDPOINT": endpoint}
            _warm_up(write_images(work / "few", originals, 20), work / "home")
            if options.images:
                _compare(write_images(work / "images", originals, options.images), options.rounds, work)
            if options.memory:
                _memory(work, originals, options.memory)


def write_images(folder: Path, originals: list[bytes], count: int) -> Path:
    """A folder in version 3.2's layout with that many images."""
    images = folder / "map-proj-v3_2"
    images.mkdir(parents=True)
    with (folder / "labels-map-proj-v3_2.txt").open("w") as labels:
        for number in range(count):
            name = f"ESP_{number // 50:06d}_0950_RED-{number % 50:04d}.jpg"
            (images / name).write_bytes(distinct(originals[number % len(originals)], number))
            labels.write(f"{name} {number % len(LABELS)}\n")
    return folder


def distinct(jpeg: bytes, number: int) -> bytes:
    """The same picture in other bytes: with one more comment, after the two bytes that open every JPEG."""
    comment = COMMENT + f", number {number}".encode()
    return jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + jpeg[2:]


def _warm_up(folder: Path, home: Path) -> None:
    """Run both commands once, so that Python has compiled what they import, as on any machine that used them before."""
    for command in (_ingest(folder, home), _sync(folder, _new_bucket("warm-up"))):
        _timed(command, "warm-up")


def _compare(folder: Path, rounds: int, work: Path) -> None:
    count = sum(1 for _ in (folder / "map-proj-v3_2").iterdir())
    ways: dict[str, Callable[[str], float]] = {
        "fototeca ingest": lambda bucket: count / _timed(_ingest(folder, work / bucket), bucket),
        "aws s3 sync": lambda bucket: count / _timed(_sync(folder, bucket), bucket),
        "boto3, one by one": lambda bucket: _loop(folder, bucket),
    }
    rates: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(rounds):
        for place, (way, run) in enumerate(ways.items()):
            rates[way].append(run(_new_bucket(f"round-{number}-{place}")))
    print(f"{count} images of {sum(f.stat().st_size for f in folder.rglob('*.jpg')) / count / 1000:.1f} KB")
    ours = rates["fototeca ingest"]
    for way, found in rates.items():
        ratio = statistics.median(mine / other for mine, other in zip(ours, found, strict=True))
        spread = f"({min(found):.0f} to {max(found):.0f})"
        print(f"  {way:20} {statistics.median(found):8.0f} images/s  {spread:16} ingest is {ratio:5.1f} times as fast")


def _memory(work: Path, originals: list[bytes], sizes: list[int]) -> None:
    peaks = []
    for size in sizes:
        folder = write_images(work / f"memory-{size}", originals, size)
        peaks.append(_peak(_ingest(folder, work / f"home-{size}"), _new_bucket(f"memory-{size}")) / 1e6)
        print(f"Peak memory of ingest at {size:6} images: {peaks[-1]:.0f} MB")
    print(f"  the largest to the smallest: {max(peaks) / min(peaks):.2f}")


def _new_bucket(name: str) -> str:
    boto3.client("s3", endpoint_url=os.environ["FOTOTECA_ENDPOINT"]).create_bucket(Bucket=name)
    return name


def _ingest(folder: Path, home: Path) -> list[str]:
    return ["env", f"FOTOTECA_HOME={home}", sys.executable, "-m", "fototeca", "ingest", "mars", str(folder), "--json"]


def _sync(folder: Path, bucket: str) -> list[str]:
    endpoint = os.environ["FOTOTECA_ENDPOINT"]
    return [
        program("aws"),
        "--endpoint-url",
        endpoint,
        "s3",
        "sync",
        "--only-show-errors",
        str(folder),
        f"s3://{bucket}",
    ]


def _loop(folder: Path, bucket: str) -> float:
    """Images put per second, of the first thousand."""
    client = boto3.client("s3", endpoint_url=os.environ["FOTOTECA_ENDPOINT"])
    files = sorted((folder / "map-proj-v3_2").iterdir())[:LOOP_IMAGES]
    start = time.perf_counter()
    for file in files:
        client.put_object(Bucket=bucket, Key=file.name, Body=file.read_bytes())
    return len(files) / (time.perf_counter() - start)


def _timed(command: list[str], bucket: str) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, env=os.environ | {"FOTOTECA_BUCKET": bucket}, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def _peak(command: list[str], bucket: str) -> int:
    """The most bytes that the command and its children had resident together."""
    peak = 0
    environment = os.environ | {"FOTOTECA_BUCKET": bucket}
    with psutil.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, _resident(process))
            time.sleep(SAMPLE_SECONDS)
    if process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    return peak


def _resident(process: psutil.Popen) -> int:
    total = 0
    try:
        for one in [process, *process.children(recursive=True)]:
            total += one.memory_info().rss
    except psutil.NoSuchProcess:
        pass  # it ended between being listed and being asked
    return total


if __name__ == "__main__":
    main()
