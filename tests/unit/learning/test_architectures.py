"""The networks: their exact size and what they take."""

import numpy as np
import pytest

from fototeca.errors import CollectionError
from fototeca.learning.architectures import build, describe, find

TOTALS = {"cnn_small": 775_800, "cnn": 3_102_696}


def test_totals_are_exact() -> None:
    listed = {info.name: info for info in describe(classes=8)}
    assert {name: info.parameters.total for name, info in listed.items()} == TOTALS
    assert {name: info.parameters.trainable for name, info in listed.items()} == TOTALS
    assert {info.parameters.non_trainable for info in listed.values()} == {0}
    assert {info.input_shape for info in listed.values()} == {(227, 227, 1)}


def test_a_network_has_one_output_per_class() -> None:
    logits = build(find("cnn_small"), classes=9)(np.zeros((2, 227, 227, 1), np.uint8))
    assert logits.shape == (2, 9)


def test_an_unknown_name_is_refused_with_those_that_exist() -> None:
    with pytest.raises(CollectionError, match="cnn, cnn_small"):
        find("../cnn")
