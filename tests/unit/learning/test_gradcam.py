"""Where a network looked, on networks whose answer is known to come from one place."""

import io

import keras
import numpy as np
import pytest
from PIL import Image

from fototeca.learning.architectures import ARCHITECTURES, Head, build
from fototeca.learning.gradcam import SIDE, explain, overlay
from fototeca.learning.objectives import Classes, Objective, Year, YearDistribution

HUBER, CROSS = keras.losses.Huber(), keras.losses.CategoricalCrossentropy(from_logits=True)
NONE = np.zeros((0, 1), np.float32)
CLASSES = Classes(2, np.zeros(0, np.int64), NONE, CROSS)
YEAR = Year(NONE, NONE, mean=1920.0, deviation=30.0, bounds=(1860.0, 1990.0), loss=HUBER)
YEARS = YearDistribution(NONE, np.arange(1900, 1902, dtype=np.float32), NONE, CROSS)


def looks_at_brightness(outputs: np.ndarray, name: str) -> keras.Model:
    """A network like those of `build`, whose answers are these shares of the mean brightness."""
    pixels = keras.Input((64, 64, 1), dtype="uint8", name="pixels")
    bright = keras.layers.Conv2D(1, 1, kernel_initializer="ones")(keras.layers.Rescaling(1 / 255)(pixels))
    maps = keras.layers.AveragePooling2D(4)(bright)
    backbone = keras.Model(pixels, keras.layers.GlobalAveragePooling2D()(maps), name="backbone")
    features = keras.Input((1,), name="features")
    neck = keras.Model(features, keras.layers.Identity()(features), name="neck")
    seen = keras.Input((64, 64, 1), dtype="uint8", name="pixels")
    head = keras.layers.Dense(outputs.shape[1], name=name)
    network = keras.Model(seen, head(neck(backbone(seen))))
    head.set_weights([outputs, np.zeros(outputs.shape[1], np.float32)])
    return network


@pytest.fixture
def images() -> np.ndarray:
    """A bright patch at the upper left of the first, at the lower right of the second, and a black third."""
    drawn = np.zeros((3, 64, 64, 1), np.uint8)
    drawn[0, 8:24, 8:24] = drawn[1, 40:56, 40:56] = 255
    return drawn


def test_the_heat_lies_where_the_answer_came_from(images: np.ndarray) -> None:
    network = looks_at_brightness(np.array([[-1.0, 1.0]], np.float32), "logits")
    heat = explain(network, CLASSES, images)
    assert (heat.shape, heat.dtype.name) == ((3, 64, 64), "float32")
    assert heat[0, 16, 16] == heat[1, 48, 48] == 1
    assert heat[0, 48, 48] == heat[1, 16, 16] == 0
    assert (heat[2] == 0).all()


def test_for_another_class_only_what_speaks_for_that_class_counts(images: np.ndarray) -> None:
    network = looks_at_brightness(np.array([[-1.0, 1.0]], np.float32), "logits")
    assert (explain(network, CLASSES, images, np.array([0, 0, 0])) == 0).all()
    assert explain(network, CLASSES, images, np.array([1, 1, 1])).max() == 1


@pytest.mark.parametrize(
    ("objective", "outputs"), [(YEAR, [[-2.0]]), (YEARS, [[2.0, -2.0]])], ids=["regression", "distribution"]
)
def test_for_years_what_made_it_earlier_counts_too(
    objective: Objective, outputs: list[list[float]], images: np.ndarray
) -> None:
    heat = explain(looks_at_brightness(np.array(outputs, np.float32), "year"), objective, images[:2])
    assert heat[0, 16, 16] == heat[1, 48, 48] == 1
    assert heat[0, 48, 48] == heat[1, 16, 16] == 0


@pytest.mark.parametrize("name", ["cnn_small", "xse_resnext18_deeper", "efficientnet_b0", "vgg16"])
def test_every_kind_of_body_can_be_explained(name: str) -> None:
    network = build(ARCHITECTURES[name], Head("regression", 1))
    pixels = np.random.default_rng(1).integers(0, 255, (1, *ARCHITECTURES[name].input_shape), np.uint8)
    heat = explain(network, YEAR, pixels)
    assert heat.shape == pixels.shape[:3]
    assert 0 <= heat.min() < heat.max() <= 1


@pytest.mark.parametrize("channels", [1, 3])
def test_an_overlay_shows_the_image_where_it_is_cold_and_colour_where_it_is_warm(channels: int) -> None:
    pixels = np.full((300, 300, channels), 100, np.uint8)
    heat = np.zeros((300, 300), np.float32)
    heat[:150] = 1
    with Image.open(io.BytesIO(overlay(pixels, heat))) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGB", (SIDE, SIDE))
        shown = np.asarray(image).astype(int)
    assert (shown[200, 100] == 100).all()
    red, green, blue = shown[20, 100]
    assert min(red, green) > blue > 100
