"""Names from outside are never trusted as paths."""

import pytest

from fototeca.ingest.files import is_litter, safe_path


@pytest.mark.parametrize(
    ("raw", "path"), [("a.jpg", "a.jpg"), ("./a//b.jpg", "a/b.jpg"), ("Öl, 1931.jpg", "Öl, 1931.jpg")]
)
def test_a_plain_path_is_kept(raw: str, path: str) -> None:
    assert safe_path(raw) == path


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("../a.jpg", "climbs out"),
        ("a/../../b.jpg", "climbs out"),
        ("/etc/passwd", "absolute"),
        ("C:/a.jpg", "absolute"),
        ("a\nb.jpg", "can't be printed"),
        ("a\0.jpg", "can't be printed"),
        ("", "empty"),
        ("./", "empty"),
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(raw: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        safe_path(raw)


@pytest.mark.parametrize("path", ["__MACOSX/a/._b.jpg", "a/.DS_Store", "._a.jpg", "Thumbs.db"])
def test_what_operating_systems_leave_is_litter(path: str) -> None:
    assert is_litter(path)
    assert not is_litter("a/b.jpg")
