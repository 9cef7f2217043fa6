"""Reading the tensors of a PyTorch file without PyTorch.

Such a file is a pickle, which could run any code. Here it may name nothing but what its tensors are made of, and even
these names stand for our own records, so that the worst file is an error.
"""

import pickle
import zipfile
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

STORAGES = {"FloatStorage": "<f4", "HalfStorage": "<f2", "DoubleStorage": "<f8", "LongStorage": "<i8"}
LEGACY_HEADER = 3
"""Pickles before the tensors' one in files of PyTorch before 1.6: a magic number, the version, the machine."""


@dataclass(frozen=True)
class _Tensor:
    storage: str
    dtype: np.dtype[Any]
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def of(self, content: bytes) -> NDArray[Any]:
        values = np.frombuffer(content, self.dtype)
        last = self.offset + sum((n - 1) * step for n, step in zip(self.shape, self.strides, strict=True))
        if min((self.offset, *self.shape, *self.strides)) < 0 or last >= len(values):
            raise ValueError(f"a tensor of shape {self.shape} reaches beyond its {len(values)} stored values")
        steps = [step * values.itemsize for step in self.strides]
        return np.lib.stride_tricks.as_strided(values[self.offset :], self.shape, steps, writeable=False)


def read_tensors(file: Path) -> dict[str, NDArray[Any]]:
    """The tensors of a state dict by name, as `torch.save` wrote it, in the format of any version.

    Raises:
        ValueError: the file is no such state dict, is damaged, or asks for more than tensors.
    """
    try:
        tensors, storages = _read_zip(file) if zipfile.is_zipfile(file) else _read_legacy(file)
        return {str(name): tensor.of(storages[tensor.storage]) for name, tensor in tensors.items()}
    except OSError:
        raise
    except Exception as error:  # a damaged pickle can fail in any way
        raise ValueError(f"{file.name} is no state dict of PyTorch: {error}") from error


def _read_zip(file: Path) -> tuple[dict[str, _Tensor], dict[str, bytes]]:
    with zipfile.ZipFile(file) as archive:
        pickled = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
        with archive.open(pickled) as content:
            tensors = _Unpickler(content).load()
        folder = pickled.removesuffix("data.pkl") + "data/"
        keys = {tensor.storage for tensor in tensors.values()}
        return tensors, {key: archive.read(f"{folder}{key}") for key in keys}


def _read_legacy(file: Path) -> tuple[dict[str, _Tensor], dict[str, bytes]]:
    with file.open("rb") as content:
        for _ in range(LEGACY_HEADER):
            _Unpickler(content).load()
        reader = _Unpickler(content)
        tensors = reader.load()
        storages = {}
        for key in _Unpickler(content).load():
            length = int.from_bytes(content.read(8), "little") * reader.dtypes[key].itemsize
            storages[key] = content.read(length)
        return tensors, storages


class _Unpickler(pickle.Unpickler):
    def __init__(self, content: IO[bytes]) -> None:
        super().__init__(content)
        self.dtypes: dict[str, np.dtype[Any]] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return self._rebuild
        if module == "torch" and name in STORAGES:
            return np.dtype(STORAGES[name])
        raise pickle.UnpicklingError(f"it asks for {module}.{name}, which is no tensor")

    def persistent_load(self, pid: Any) -> str:
        _, dtype, key, *_ = pid
        self.dtypes[key] = dtype
        return str(key)

    def _rebuild(self, storage: str, offset: int, shape: Any, strides: Any, *_: Any) -> _Tensor:
        return _Tensor(storage, self.dtypes[storage], offset, tuple(shape), tuple(strides))
