"""Models that answer with years: on the server, through the client, and into service."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest

from fototeca.archive import keys
from fototeca.context import Context
from fototeca.errors import ModelRejected, RequestRefused
from fototeca.selection.ledger import version_in_force
from fototeca.serving import messages
from fototeca.serving.tensors import floats, strings
from fototeca.steps.deploy import deploy

from .conftest import GREYS, Server, export_dated, jpeg, years

IMAGES = [jpeg(grey) for grey in GREYS]
ANSWERS = [years(grey / 255) for grey in GREYS]
TrainDated = Callable[..., None]


@pytest.fixture
def photos(server: Server, models: Path, configured: Callable[..., Any]) -> Server:
    """A server with one model of years."""
    export_dated(models / "photos" / "1")
    server.reload(configured("photos"))
    return server


def ask(server: Server, *outputs: str, images: list[bytes] = IMAGES) -> dict[str, Any]:
    """The outputs that come where these are asked for."""
    request = messages.PredictRequest(model_spec={"name": "photos"}, output_filter=outputs)
    request.inputs["image_bytes"].CopyFrom(strings(images))
    answer = server.prediction.Predict(request, timeout=20)
    return {name: floats(tensor) for name, tensor in answer.outputs.items()}


def test_each_output_is_a_row_of_numbers(photos: Server) -> None:
    outputs = ask(photos)
    assert set(outputs) == {"year", "year_low", "year_high"}
    assert [output.shape for output in outputs.values()] == [(3,)] * 3


def test_only_what_is_asked_for_comes(photos: Server) -> None:
    outputs = ask(photos, "year_high", "year")
    assert set(outputs) == {"year_high", "year"}
    np.testing.assert_allclose(outputs["year_high"], [high for _, _, high in ANSWERS], atol=0.01)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            ["year", "probabilities"],
            "output tensor alias not found in signature: probabilities "
            "Outputs expected to be in the set {year,year_high,year_low}.",
        ),
        (["year", "year_low", "year"], "duplicate output tensor alias: year"),
    ],
)
def test_wrong_outputs_are_refused(photos: Server, asked: list[str], message: str) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        ask(photos, *asked)
    assert (caught.value.code(), caught.value.details()) == (grpc.StatusCode.INVALID_ARGUMENT, message)


@pytest.mark.parametrize("task", ["regression", "distribution"])
def test_the_client_gives_year_low_and_high_in_this_order(photos: Server, task: str) -> None:
    answers = photos.client.predict("photos", 1, IMAGES, task).answers
    np.testing.assert_allclose(answers, ANSWERS, atol=0.01)
    several = photos.client.predict_all("photos", 1, ([image] for image in IMAGES), task)
    np.testing.assert_array_equal(np.concatenate([some.answers for some in several]), answers)


def test_no_images_have_no_years(photos: Server) -> None:
    assert photos.client.predict("photos", 1, [], "regression").answers.shape == (0, 3)


def test_a_model_of_years_has_no_probabilities(photos: Server) -> None:
    with pytest.raises(RequestRefused, match="not found in signature: probabilities"):
        photos.client.predict("photos", 1, IMAGES)


def test_a_task_that_nobody_knows_is_named(photos: Server) -> None:
    with pytest.raises(ModelRejected, match="trained for 'poetry'; the tasks known here are classification, "):
        photos.client.predict("photos", 1, IMAGES, "poetry")


@pytest.mark.parametrize(("task", "off"), [("regression", (0.04, 0, 0)), ("distribution", (0, 1, -1))])
def test_a_deployed_model_of_years_answers_and_keeps_what_its_years_mean(
    live: Context, server: Server, train_dated: TrainDated, task: str, off: tuple[float, ...]
) -> None:
    train_dated("cnn", "a", task=task, off=off)
    assert deploy(live, "photos", architecture="cnn", run="a").version == 1
    assert server.client.predict("photos", 1, IMAGES, task).answers.shape == (3, 3)
    model = live.store.get_json(keys.served("photos", 1, "complete.json"))
    assert model["task"] == task
    assert model["years"] == {"earliest": 1863, "latest": 1991, "span": 20}
    assert model["classes"][0] == "1860-1879"
    np.testing.assert_allclose([image["answers"] for image in model["golden"]], np.add(ANSWERS, off))


@pytest.mark.parametrize(
    ("task", "off", "allowed"),
    [
        ("regression", (0.2, 0, 0), "0.05"),
        ("regression", (0, 1, 0), "0.05"),
        ("distribution", (-0.2, 1, 0), "0.05"),
        ("distribution", (0, 0, 1.2), "1.05"),
    ],
)
def test_years_that_differ_from_trainings_are_not_put_in_force(
    live: Context, train_dated: TrainDated, task: str, off: tuple[float, ...], allowed: str
) -> None:
    train_dated("cnn", "a", task=task, off=off)
    with pytest.raises(ModelRejected, match=f"away from training on 3 images; {allowed} is allowed"):
        deploy(live, "photos", architecture="cnn", run="a")
    assert version_in_force(live.store, "photos") is None


def test_a_model_that_gives_something_else_than_its_task_says_is_not_put_in_force(
    live: Context, train: Callable[..., None], train_dated: TrainDated
) -> None:
    train_dated("cnn", "a", task="classification")
    with pytest.raises(ModelRejected, match=r"\['year', 'year_high', 'year_low'\], not 'probabilities' as floats"):
        deploy(live, "photos", architecture="cnn", run="a")
    train("cnn", "b")
    key = keys.model("mars", "cnn", "b", "result.json")
    live.store.put_json(key, live.store.get_json(key) | {"classes": ["dark", "grey", "bright"]})
    with pytest.raises(ModelRejected, match=r"'probabilities' with the shape \[-1, 2\], not \[N, 3\]"):
        deploy(live, "mars", architecture="cnn", run="b")
