"""What becomes of an upload before it is sent."""

import io
import re
import threading
import time

import pytest
from PIL import Image

from fototeca.collections.schema import ImageLimits
from fototeca.nightly.requests import batch, map_ahead, prepare

LIMITS = ImageLimits(max_pixels=10_000, max_bytes=50_000)


def encode(form: str, mode: str = "L", size: tuple[int, int] = (40, 30)) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, 128 if mode == "L" else None).save(buffer, form)
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_formats_that_the_graph_decodes_are_sent_unchanged(form: str) -> None:
    content = encode(form)
    assert prepare("u", "e", content, LIMITS).image == content


def test_other_formats_are_sent_as_the_same_pixels_in_one_that_it_decodes() -> None:
    sent = prepare("u", "e", encode("TIFF"), LIMITS)
    assert sent.refused is None
    assert Image.open(io.BytesIO(sent.image)).format == "PNG"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"no image at all", "unreadable"),
        (encode("PNG", size=(200, 200)), "too large: 40,000 pixels"),
        (encode("PNG") + b"\0" * 50_000, "too large: .* bytes"),
    ],
)
def test_what_can_not_be_sent_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    refused = prepare("u", "e", content, LIMITS).refused
    assert refused is not None
    assert re.search(reason, refused)


def test_work_ahead_is_bounded_and_in_order() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def work(item: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.001)
        with lock:
            running -= 1
        return item

    assert list(map_ahead(work, range(50), threads=8, ahead=4)) == list(range(50))
    assert most <= 4


def test_the_last_batch_is_shorter() -> None:
    assert list(batch(range(5), 2)) == [[0, 1], [2, 3], [4]]
