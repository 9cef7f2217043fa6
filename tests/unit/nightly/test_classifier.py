"""Images that the model server can't decode are found, and cost the others nothing."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fototeca.errors import RequestRefused
from fototeca.nightly.classifier import classify_batch
from fototeca.nightly.requests import Request


def predict(images: Sequence[bytes]) -> NDArray[np.float32]:
    if any(image == b"bad" for image in images):
        raise RequestRefused("Expected image (JPEG, PNG, or GIF), got unknown format")
    return np.array([[len(image), 1] for image in images], np.float32)


def request(name: str, image: bytes, refused: str | None = None) -> Request:
    return Request(name, "etag", name, image, refused)


def test_bad_images_are_refused_alone() -> None:
    requests = [request(str(i), b"x" * i) for i in range(1, 8)]
    requests[2] = request("bad one", b"bad")
    requests[5] = request("known bad", b"", refused="empty")
    judged, rows = classify_batch(predict, requests, width=2)
    assert [r.upload for r in judged] == [r.upload for r in requests]
    assert [r.refused is not None for r in judged] == [False, False, True, False, False, True, False]
    assert judged[2].refused == "unreadable: Expected image (JPEG, PNG, or GIF), got unknown format"
    assert np.isnan(rows[[2, 5]]).all()
    assert rows[[0, 1, 3, 4, 6], 0].tolist() == [1, 2, 4, 5, 7]


def test_a_batch_without_a_single_good_image_is_no_error() -> None:
    judged, rows = classify_batch(predict, [request("a", b"bad"), request("b", b"bad")], width=2)
    assert all(r.refused for r in judged)
    assert np.isnan(rows).all()
