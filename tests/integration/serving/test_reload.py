"""Loading, unloading, waiting and labels, as TensorFlow Serving does them."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import grpc
import pytest

from fototeca.serving import messages

from .conftest import Server, eventually, jpeg

Place = Callable[..., Path]
Configured = Callable[..., Any]
MakeServer = Callable[..., AbstractContextManager[Server]]


def refusal(server: Server, *models: Any, timeout: float = 20) -> tuple[grpc.StatusCode, str]:
    """The status of a reload that must fail."""
    with pytest.raises(grpc.RpcError) as caught:
        server.reload(*models, timeout=timeout)
    return caught.value.code(), caught.value.details() or ""


def test_a_new_model_is_available_when_the_reload_returns(server: Server, place: Place, configured: Configured) -> None:
    place("mars", 3)
    server.reload(configured("mars"))
    assert server.states("mars") == {3: "AVAILABLE"}


def test_a_new_version_of_a_known_model_comes_after_the_reload(
    server: Server, place: Place, configured: Configured
) -> None:
    place("mars", 1)
    place("mars", 2)
    server.reload(configured("mars", versions=[1]))
    server.reload(configured("mars", versions=[1, 2]))
    server.wait_for("mars", {1: "AVAILABLE", 2: "AVAILABLE"})


def test_a_model_that_is_no_longer_listed_is_unloaded_and_remembered(
    server: Server, place: Place, configured: Configured
) -> None:
    place("mars", 1)
    place("photos", 1)
    server.reload(configured("mars"), configured("photos"))
    server.reload(configured("photos"))
    server.wait_for("mars", {1: "END"})
    assert server.client.versions("mars")[0].error == ""
    assert server.states("photos") == {1: "AVAILABLE"}


def test_a_model_that_comes_back_is_waited_for(server: Server, place: Place, configured: Configured) -> None:
    place("mars", 1)
    server.reload(configured("mars"))
    server.reload()
    server.wait_for("mars", {1: "END"})
    server.reload(configured("mars"))
    assert server.states("mars") == {1: "AVAILABLE"}


def test_the_newest_version_is_followed_and_the_old_one_goes_after_it_came(
    server: Server, place: Place, configured: Configured
) -> None:
    place("mars", 1)
    server.reload(configured("mars"))
    place("mars", 2)
    server.wait_for("mars", {1: "END", 2: "AVAILABLE"})


def test_the_old_version_stays_when_the_new_one_cannot_be_loaded(
    server: Server, place: Place, configured: Configured, models: Path
) -> None:
    place("mars", 1)
    server.reload(configured("mars"))
    (models / "mars" / "2").mkdir()
    server.wait_for("mars", {1: "AVAILABLE", 2: "END"})
    assert "Could not find SavedModel .pb or .pbtxt" in server.client.versions("mars")[0].error
    server.client.predict("mars", 1, [jpeg(9)])


def test_a_version_that_failed_is_tried_again_only_after_its_folder_was_away(
    server: Server, place: Place, configured: Configured, models: Path
) -> None:
    place("mars", 1)
    server.reload(configured("mars"))
    (models / "mars" / "2").mkdir()
    server.wait_for("mars", {1: "AVAILABLE", 2: "END"})
    whole = place("mars", 7)
    (models / "mars" / "2").rmdir()
    server.wait_for("mars", {1: "END", 2: "END", 7: "AVAILABLE"})
    whole.rename(models / "mars" / "2")
    server.wait_for("mars", {1: "END", 2: "AVAILABLE", 7: "END"})


def test_weights_that_are_missing_show_only_at_the_first_request(
    server: Server, place: Place, configured: Configured
) -> None:
    for file in (place("mars", 1) / "variables").iterdir():
        file.unlink()
    server.reload(configured("mars"))
    assert server.states("mars") == {1: "AVAILABLE"}
    asked = messages.PredictRequest(model_spec={"name": "mars"})
    asked.inputs["image_bytes"].CopyFrom(messages.TensorProto(dtype=messages.DT_STRING, string_val=[jpeg(9)]))
    asked.inputs["image_bytes"].tensor_shape.dim.add(size=1)
    with pytest.raises(grpc.RpcError, match="FAILED_PRECONDITION"):
        server.prediction.Predict(asked)


def test_all_versions_are_served_where_asked_for(server: Server, place: Place, configured: Configured) -> None:
    place("mars", 1)
    place("mars", 2)
    config = configured("mars")
    config.model_version_policy.all.SetInParent()
    server.reload(config)
    server.wait_for("mars", {1: "AVAILABLE", 2: "AVAILABLE"})


def test_one_missing_folder_stops_news_of_every_model(
    server: Server, place: Place, configured: Configured, models: Path
) -> None:
    place("mars", 1)
    place("photos", 1)
    server.reload(configured("mars"), configured("photos"))
    (models / "photos").rename(models / "away")
    place("mars", 2)
    with pytest.raises(AssertionError):
        eventually(lambda: 2 in server.states("mars"), seconds=0.5)
    (models / "away").rename(models / "photos")
    server.wait_for("mars", {1: "END", 2: "AVAILABLE"})


def test_a_new_model_without_a_folder_holds_up_every_reload_until_it_comes(
    server: Server, place: Place, configured: Configured
) -> None:
    place("mars", 1)
    server.reload(configured("mars"))
    assert refusal(server, configured("mars"), configured("photos"), timeout=0.5)[0].name == "DEADLINE_EXCEEDED"
    assert refusal(server, configured("mars"), timeout=0.5)[0].name == "DEADLINE_EXCEEDED"
    server.client.predict("mars", 1, [jpeg(9)])
    place("photos", 1)
    # The second reload, for which nobody waits any more, may come at once and unload it again.
    eventually(lambda: server.states("photos").get(1) in {"AVAILABLE", "UNLOADING", "END"})
    server.reload(configured("mars"), configured("photos"))
    server.wait_for("photos", {1: "AVAILABLE"})


def test_storage_without_a_client_is_as_good_as_missing(server: Server, configured: Configured) -> None:
    code, _ = refusal(server, configured("mars", base_path="s3://bucket/serving/mars"), timeout=0.5)
    assert code == grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_new_model_that_cannot_be_loaded_fails_the_reload(
    server: Server, configured: Configured, models: Path
) -> None:
    (models / "mars" / "1").mkdir(parents=True)
    code, message = refusal(server, configured("mars"))
    assert code == grpc.StatusCode.UNKNOWN
    assert message.startswith("1 model(s) did not become available: {{{name: mars version: 1} due to error: NOT_FOUND:")


def test_loading_is_tried_again_silently(
    make_server: MakeServer, place: Place, configured: Configured, models: Path
) -> None:
    with make_server(load_retries=200, retry_pause=0.05) as server:
        (models / "mars" / "1").mkdir(parents=True)
        reload = threading.Thread(target=server.reload, args=[configured("mars")])
        reload.start()
        server.wait_for("mars", {1: "LOADING"})
        whole = place("mars", 2)
        for part in whole.iterdir():
            part.rename(models / "mars" / "1" / part.name)
        reload.join()
        assert server.states("mars")[1] == "AVAILABLE"


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        (["mars", "mars"], "Illegal to list model mars multiple times in config list"),
        (
            [{"base_path": "mars"}],
            "Expected model mars to have an absolute path or URI; got base_path()=mars",
        ),
        (
            [{"model_platform": ""}],
            "Illegal setting neither ModelServerConfig::model_type nor ModelServerConfig::model_platform.",
        ),
        ([{"model_platform": "onnx"}], "Model mars requests unsupported platform onnx"),
    ],
)
def test_wrong_configurations_are_refused(
    server: Server, configured: Configured, listed: list[Any], message: str
) -> None:
    models = [configured("mars", **({} if isinstance(one, str) else one)) for one in listed]
    assert refusal(server, *models) == (grpc.StatusCode.INVALID_ARGUMENT, message)


def test_a_platform_cannot_change(server: Server, place: Place, configured: Configured) -> None:
    place("mars", 1)
    server.reload(configured("mars"))
    code, message = refusal(server, configured("mars", model_platform="onnx"))
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert message.startswith("Illegal to change a model's platform.")


def test_only_lists_of_models_are_taken(server: Server) -> None:
    with pytest.raises(grpc.RpcError, match="Only ModelConfigList is currently supported"):
        server.models.HandleReloadConfigRequest(messages.ReloadConfigRequest())


def test_a_label_moves_only_to_a_version_that_is_available(
    server: Server, place: Place, configured: Configured
) -> None:
    place("mars", 1)
    place("mars", 2)
    server.reload(configured("mars", versions=[1], labels={"stable": 1}))
    code, message = refusal(server, configured("mars", versions=[1, 2], labels={"stable": 2}))
    assert code == grpc.StatusCode.FAILED_PRECONDITION
    assert message == (
        "Request to assign label to version 2 of model mars, which is not currently available for inference"
    )
    assert server.states("mars") == {1: "AVAILABLE"}
    server.reload(configured("mars", versions=[1, 2], labels={"stable": 1}))
    server.wait_for("mars", {1: "AVAILABLE", 2: "AVAILABLE"})
    server.reload(configured("mars", versions=[1, 2], labels={"stable": 2}))
    labelled = messages.GetModelMetadataRequest(model_spec={"name": "mars", "version_label": "stable"})
    labelled.metadata_field.append("signature_def")
    assert server.prediction.GetModelMetadata(labelled).model_spec.version.value == 2


def test_without_the_flag_a_new_label_needs_an_available_version_too(
    make_server: MakeServer, place: Place, configured: Configured
) -> None:
    with make_server(labels_for_unavailable=False) as server:
        place("mars", 1)
        code, _ = refusal(server, configured("mars", labels={"stable": 1}))
        assert code == grpc.StatusCode.FAILED_PRECONDITION


def test_counters_that_are_asked_for_come_back(server: Server) -> None:
    asked = messages.ReloadConfigRequest(metric_names=["/tensorflow/anything"])
    asked.config.model_config_list.SetInParent()
    answer = server.models.HandleReloadConfigRequest(asked)
    assert [(m.name, m.int64_value_increase) for m in answer.metric] == [("/tensorflow/anything", 0)]
