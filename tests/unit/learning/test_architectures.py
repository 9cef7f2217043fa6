"""The networks: their exact size, what they take and answer, and that each can be trained and exported."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from fototeca.collections.architecture_names import ARCHITECTURE_NAMES
from fototeca.errors import CollectionError
from fototeca.learning.architectures import ARCHITECTURES, Head, build, count, describe, find
from fototeca.learning.architectures.grouped import GroupedConv2D
from fototeca.learning.architectures.imagenet import DEVIATION, MEAN
from fototeca.learning.architectures.normalization import BatchNormalization

CLASSES = Head("classification", 8)
TOTALS = {
    "cnn_small": (775_800, 775_800),
    "cnn": (3_102_696, 3_102_696),
    "resnet": (3_521_384, 3_520_488),
    "vgg16": (17_927_112, 3_212_424),
    "resnet18": (11_190_216, 11_180_616),
    "xse_resnext18_deeper": (12_096_120, 12_080_504),
    "efficientnet_b0": (4_059_819, 4_017_796),
    "efficientnet_lite0": (3_423_272, 3_381_256),
}
"""All parameters, and those that learn, with 8 classes."""
FEATURES = {
    "cnn_small": (55 * 55 * 16,),
    "vgg16": (7, 7, 512),
    "resnet18": (512,),
    "xse_resnext18_deeper": (256,),
    "efficientnet_b0": (1280,),
    "efficientnet_lite0": (1280,),
}


def images(architecture: str, number: int = 2) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    shape = find(architecture).input_shape
    return np.random.default_rng(1).integers(0, 256, (number, *shape), np.uint8)


def needs_compiler(saved_model: Path) -> bool:
    """Whether a SavedModel has functions that XLA must compile, which a model server may not be able to."""
    saved = SavedModel.FromString((saved_model / "saved_model.pb").read_bytes())
    functions = saved.meta_graphs[0].graph_def.library.function
    return any(function.attr["_XlaMustCompile"].b for function in functions)


def test_totals_are_exact() -> None:
    listed = {info.name: (info.parameters.total, info.parameters.trainable) for info in describe(classes=8)}
    assert listed == TOTALS


def test_the_names_that_are_offered_are_those_that_there_are() -> None:
    assert tuple(ARCHITECTURES) == ARCHITECTURE_NAMES


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_network_trains_a_step_and_answers_the_same_when_exported(name: str, tmp_path: Path) -> None:
    network = build(find(name), CLASSES)
    fixed = [weight.numpy() for weight in network.get_layer("backbone").weights]
    pixels, labels = images(name), np.array([0, 1])
    with tf.GradientTape() as tape:
        logits = network(pixels, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
    variables = network.trainable_variables
    gradients = tape.gradient(loss, variables)
    assert np.isfinite(loss)
    assert all(gradient is not None and np.isfinite(gradient).all() for gradient in gradients)
    keras.optimizers.Adam(1e-4).apply_gradients(zip(gradients, variables, strict=True))
    changed = any(
        (before != now.numpy()).any() for before, now in zip(fixed, network.get_layer("backbone").weights, strict=True)
    )
    assert changed is not find(name).frozen

    exported = tf.Module()
    exported.weights = [variable.value for variable in network.variables]
    exported.answer = tf.function(
        lambda pixels: network(pixels, training=False), [tf.TensorSpec([None, *find(name).input_shape], tf.uint8)]
    )
    tf.saved_model.save(exported, str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    np.testing.assert_allclose(loaded.answer(pixels), network(pixels, training=False), atol=1e-4)
    assert not needs_compiler(tmp_path)


@pytest.mark.parametrize(
    ("head", "layer", "outputs"),
    [
        (Head("classification", 9), "logits", 9),
        (Head("distribution", 129), "logits", 129),
        (Head("regression", 1), "year", 1),
    ],
)
def test_the_head_is_the_tasks(head: Head, layer: str, outputs: int) -> None:
    network = build(find("cnn_small"), head)
    assert [part.name for part in network.layers] == ["pixels", "backbone", "neck", layer]
    answer = network(images("cnn_small"))
    assert (answer.shape, answer.dtype) == ((2, outputs), tf.float32)


@pytest.mark.parametrize(("name", "shape"), FEATURES.items())
def test_the_backbone_gives_what_stays_fixed_while_frozen(name: str, shape: tuple[int, ...]) -> None:
    network = build(find(name), CLASSES)
    assert network.get_layer("backbone").output_shape == (None, *shape)
    network.get_layer("backbone").trainable = False
    own = count(network.get_layer("backbone")).total
    assert count(network).non_trainable == own


def test_the_head_answers_in_32_bits_under_mixed_precision() -> None:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = build(find("xse_resnext18_deeper"), CLASSES)
    finally:
        keras.config.set_dtype_policy(before)
    assert network.get_layer("backbone").output.dtype == "bfloat16"
    assert network(images("xse_resnext18_deeper"), training=True).dtype == tf.float32


def test_efficientnet_b0_scales_pixels_as_its_published_weights_want() -> None:
    backbone = build(find("efficientnet_b0"), CLASSES).get_layer("backbone")
    pixels = images("efficientnet_b0", 1)
    scaled = keras.Model(backbone.input, backbone.get_layer("stem_conv_pad").input)(pixels)
    np.testing.assert_allclose(scaled, (pixels / 255 - MEAN) / DEVIATION, atol=1e-5)


def test_a_convolution_in_groups_is_keras_own() -> None:
    ours, keras_own = (
        kind(32, 3, groups=8, use_bias=False, padding="same") for kind in (GroupedConv2D, keras.layers.Conv2D)
    )
    features = np.random.default_rng(1).normal(size=(2, 9, 9, 16)).astype(np.float32)
    expected = keras_own(features)
    ours.build(features.shape)
    ours.set_weights(keras_own.get_weights())
    np.testing.assert_allclose(ours(features), expected, atol=1e-5)


def test_the_fused_normalization_is_keras_own() -> None:
    ours, keras_own = BatchNormalization(), keras.layers.BatchNormalization()
    features = np.random.default_rng(1).normal(2, 3, (16, 9, 9, 4)).astype(np.float32)
    np.testing.assert_allclose(ours(features, training=True), keras_own(features, training=True), atol=1e-5)
    np.testing.assert_allclose(ours.moving_variance, keras_own.moving_variance, rtol=1e-3)
    np.testing.assert_allclose(ours(features), keras_own(features), atol=1e-2)
    ours.trainable = False
    before = ours.moving_mean.numpy()
    ours(features, training=True)
    np.testing.assert_array_equal(ours.moving_mean, before)


def test_an_unknown_name_is_refused_with_those_that_exist() -> None:
    with pytest.raises(CollectionError, match="cnn, cnn_small"):
        find("../cnn")
