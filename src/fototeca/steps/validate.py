"""Holding a dataset to its collection's checks, before anything trains on it."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from fototeca.archive import keys
from fototeca.archive.manifest import read_dataset, read_manifest
from fototeca.archive.store import ObjectAbsent
from fototeca.context import Context, Progress, unseen
from fototeca.errors import InvalidDataset
from fototeca.steps.publish import publish
from fototeca.steps.train import newest_dataset
from fototeca.validation import Check, Finding, checks_of, fingerprint


@dataclass(frozen=True)
class Validation:
    """The verdict on a dataset."""

    collection: str
    dataset: str
    passed: bool
    failures: list[str]
    warnings: list[str]
    page: str
    """File of the page with every check."""
    already_done: bool


def validate(
    context: Context, collection: str, *, dataset: str | None = None, progress: Progress = unseen
) -> Validation:
    """Check a dataset (the newest, if none is named), once: the same checks are not run on it again.

    Raises:
        InvalidDataset: a critical check failed, or no such dataset exists; the message names the images.
    """
    described = context.collection(collection)
    version = _version(context, collection, dataset)
    about = _about(context, collection, version)
    checks = checks_of(described, about["split_from"])
    verdict_key = keys.dataset(collection, version, "validation.json")
    verdict = _earlier(context, verdict_key, fingerprint(checks))
    page = context.reports / collection / "data-docs" / version / "index.html"
    page_key = keys.dataset(collection, version, "data-docs/index.html")
    already_done = verdict is not None
    if verdict is None:
        progress(0, len(checks), "checking the dataset")
        found, html = _check(context, collection, about, checks)
        publish(context, html, page_key, page)
        verdict = _verdict(found) | {"suite": fingerprint(checks), "page": page_key}
        context.store.put_json(verdict_key, verdict)
        progress(len(checks), len(checks), "checking the dataset")
    elif not page.exists():
        context.store.download(page_key, page)
    if not verdict["passed"]:
        raise InvalidDataset(
            f"Dataset {version} of {collection} must not be trained on. {' '.join(verdict['failures'])} "
            f"Correct the source and ingest it again; {page} shows every check."
        )
    return Validation(collection, version, True, [], verdict["warnings"], str(page), already_done)


def _version(context: Context, collection: str, dataset: str | None) -> str:
    if dataset is None:
        return newest_dataset(context, collection)
    if not dataset.isalnum():
        raise InvalidDataset(f"{dataset!r} is no dataset version: those have letters and digits only.")
    return dataset


def _about(context: Context, collection: str, version: str) -> dict[str, Any]:
    try:
        return read_dataset(context.store, collection, version)
    except ObjectAbsent as error:
        raise InvalidDataset(f"{collection} has no dataset {version}: {error}") from error


def _earlier(context: Context, key: str, suite: str) -> dict[str, Any] | None:
    """The verdict of the same checks on the same dataset, if it was given before."""
    try:
        verdict: dict[str, Any] = context.store.get_json(key)
    except ObjectAbsent:
        return None
    return verdict if verdict["suite"] == suite else None


def _check(
    context: Context, collection: str, about: dict[str, Any], checks: tuple[Check, ...]
) -> tuple[list[Finding], str]:
    # Importing Great Expectations takes seconds, which a dataset that was validated before need not wait for.
    from fototeca.validation.page import render_page
    from fototeca.validation.suite import findings, run_checks
    from fototeca.validation.table import COLUMNS, prepare

    version = about["dataset"]
    manifest = read_manifest(context.store, collection, version, context.scratch, COLUMNS)
    outcome = run_checks(checks, prepare(manifest, about["refused"], about["duplicates"]), f"{collection} {version}")
    found = findings(checks, outcome)
    return found, render_page(outcome, found, f"Checks of {collection}, dataset {version}")


def _verdict(found: list[Finding]) -> dict[str, Any]:
    failed = [finding for finding in found if not finding.passed]
    failures = [finding.sentence for finding in failed if finding.severity == "critical"]
    return {
        "passed": not failures,
        "failures": failures,
        "warnings": [finding.sentence for finding in failed if finding.severity == "warning"],
        "checks": [asdict(finding) for finding in found],
        "checked_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
