"""Sending prepared images, and finding those that the model server can't decode."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fototeca.errors import RequestRefused
from fototeca.nightly.requests import Request

Classified = tuple[list[Request], NDArray[np.float32]]
"""Requests as judged by the server, and the answers to them [N, k]."""
Predict = Callable[[Sequence[bytes]], NDArray[np.float32]]
"""The answers [N, k] to N encoded images; raises RequestRefused if it can't take at least one of them."""


def classify_batch(predict: Predict, requests: Sequence[Request], width: int) -> Classified:
    """Classify a batch; images that the server refuses are found by halving, and their rows of `width` hold NaN."""
    sound = [request for request in requests if request.refused is None]
    answers = dict(zip((r.upload for r in sound), _halve(predict, sound), strict=True))
    rows = np.full((len(requests), width), np.nan, np.float32)
    judged = []
    for index, request in enumerate(requests):
        answer = answers.get(request.upload)
        if isinstance(answer, str):
            request = replace(request, refused=answer)
        elif answer is not None:
            rows[index] = answer
        judged.append(request)
    return judged, rows


def _halve(predict: Predict, requests: Sequence[Request]) -> list[NDArray[np.float32] | str]:
    if not requests:
        return []
    try:
        return list(predict([request.image for request in requests]))
    except RequestRefused as error:
        if len(requests) == 1:
            return [f"unreadable: {error}"]
    middle = len(requests) // 2
    return _halve(predict, requests[:middle]) + _halve(predict, requests[middle:])
