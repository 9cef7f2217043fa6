"""An image is measured once, and what is no good image is told apart."""

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fototeca.ingest.measure import Limits, Unusable, measure
from fototeca.synthetic import COMMENT

GREY = Limits(modes=("L",), min_side=32, max_pixels=100_000, max_bytes=1_000_000)


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def noisy(width: int = 64, height: int = 48) -> Image.Image:
    return Image.fromarray(np.random.default_rng(7).integers(0, 256, (height, width), np.uint8))


def test_an_image_is_measured() -> None:
    content = encoded(Image.new("L", (64, 48), 100), "PNG")
    found = measure(content, GREY)
    assert found.id == hashlib.sha256(content).hexdigest()
    assert (found.width, found.height, found.mode, found.format, found.bytes) == (64, 48, "L", "PNG", len(content))
    assert (found.brightness, found.contrast, found.synthetic) == (100, 0, False)
    assert len(found.phash) == 16


def test_images_that_look_alike_have_nearly_the_same_hash() -> None:
    good, poor = (int(measure(encoded(noisy(), quality=q), GREY).phash, 16) for q in (95, 60))
    assert (good ^ poor).bit_count() <= 6


def test_a_drawn_image_is_known_by_its_comment() -> None:
    assert measure(encoded(noisy(), comment=COMMENT), GREY).synthetic


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\0" * 1000, "no JPEG or PNG image"),
        (b"%PDF-1.4 text", "no JPEG or PNG image"),
        (encoded(noisy(), "GIF"), "no JPEG or PNG image"),
        (encoded(noisy())[:-900], "damaged"),
        (encoded(noisy(), "PNG")[:-900], "damaged"),
        (encoded(Image.new("L", (2000, 2000)), "PNG"), "4,?000,?000|2000x2000 are more than"),
        (encoded(Image.new("1", (20_000, 20_000)), "PNG"), "decompression bomb"),
        (encoded(noisy(64, 8)), "too small"),
        (encoded(noisy().convert("RGB")), "its mode is RGB"),
        (encoded(noisy().convert("P"), "PNG"), "its mode is P"),
    ],
)
def test_what_is_no_good_image_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        measure(content, GREY)


def test_a_bomb_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    with pytest.raises(Unusable, match="decompression bomb"):
        measure(encoded_bomb(), GREY)


def encoded_bomb() -> bytes:
    """A PNG whose header says 9000x9000, and which holds nothing."""
    import struct
    import zlib

    header = struct.pack(">2I5B", 9000, 9000, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + b"\0\0\0\0IDAT"


def test_nothing_is_written_beside_the_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    measure(encoded(noisy()), GREY)
    assert not list(tmp_path.iterdir())
