"""The configuration of a model server, as a file and as a message."""

from google.protobuf import text_format

from fototeca.serving.configuration import ServedModel, as_text, make_config
from fototeca.serving.messages import ModelServerConfig

MODELS = [ServedModel("mars", "/models/mars", (4, 3), stable=3), ServedModel("photos", "/models/photos", (1,), None)]


def test_the_file_says_what_the_message_says() -> None:
    config = make_config(MODELS)
    assert text_format.Parse(as_text(config), ModelServerConfig()) == config


def test_versions_and_label_are_named_outright() -> None:
    mars, photos = make_config(MODELS).model_config_list.config
    assert mars.model_platform == "tensorflow"
    assert list(mars.model_version_policy.specific.versions) == [3, 4]
    assert dict(mars.version_labels) == {"stable": 3}
    assert not photos.version_labels


def test_the_same_models_give_the_same_text() -> None:
    assert as_text(make_config(MODELS)) == as_text(make_config(list(MODELS)))
