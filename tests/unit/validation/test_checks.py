"""What a dataset is checked for, before any check runs."""

from fototeca.collections import load_collection
from fototeca.validation import Check, checks_of, fingerprint


def severity_of(name: str, split_from: str) -> str:
    return by_name(checks_of(load_collection("mars"), split_from))[name].severity


def by_name(checks: tuple[Check, ...]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def test_each_check_has_a_name_of_its_own() -> None:
    checks = checks_of(load_collection("mars"), "fototeca")
    assert len(by_name(checks)) == len(checks)


def test_a_leak_in_a_split_that_fototeca_made_stops_the_run() -> None:
    assert severity_of("no group across splits", "fototeca") == "critical"
    assert severity_of("no original across splits", "fototeca") == "critical"


def test_a_leak_in_a_published_split_is_only_reported() -> None:
    assert severity_of("no group across splits", "source") == "warning"
    assert severity_of("no original across splits", "source") == "warning"


def test_the_bounds_come_from_the_collections_yaml() -> None:
    photos = load_collection("photos")
    checks = by_name(checks_of(photos, "source"))
    assert checks["mode"].arguments["value_set"] == ["L", "RGB"]
    assert checks["enough images"].arguments["min_value"] == photos.checks.min_images
    assert "1860s" in checks["known labels"].meaning


def test_other_bounds_have_another_fingerprint() -> None:
    mars = load_collection("mars")
    stricter = mars.model_copy(update={"checks": mars.checks.model_copy(update={"min_images": 51})})
    same, other = fingerprint(checks_of(mars, "source")), fingerprint(checks_of(stricter, "source"))
    assert same == fingerprint(checks_of(mars, "source"))
    assert same != other
