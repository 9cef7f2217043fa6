"""The outcome of the checks as Great Expectations' own page (Data Docs), in one file."""

import re
from copy import deepcopy
from importlib.resources import files
from typing import Any

from great_expectations.core import ExpectationSuiteValidationResult
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView
from markupsafe import Markup, escape

from fototeca.validation.checks import Finding

OUTSIDE = re.compile(r"<(script|style|footer)\b.*?</\1>|<link\b[^>]*>|<img\b[^>]*>", re.DOTALL)
TO_OTHER_PAGES = re.compile(r'href="\.\./[^"]*"')
FIRST_SECTION = '<div id="section-1"'
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render_page(outcome: ExpectationSuiteValidationResult, found: list[Finding], title: str) -> str:
    """The page, headed by what failed, without the scripts, styles and pictures that it would fetch from elsewhere.

    It opens on a machine that reaches nothing, and tells nobody that it was opened.
    """
    safe = deepcopy(outcome)
    for result in safe.results:
        result.result = _escaped(result.result)  # the library puts values that failed into its page as they are
    rendered = ValidationResultsPageRenderer(run_info_at_end=True).render(safe)
    page = TO_OTHER_PAGES.sub("", OUTSIDE.sub("", DefaultJinjaPageView().render(rendered)))
    style = (files(__package__) / "page.css").read_text(encoding="utf-8")
    head = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><style>{style}</style></head>'
    page = page.replace("Expectation Validation Result", escape(title), 1).replace("</head>", head, 1)
    return page.replace(FIRST_SECTION, _verdict(found) + FIRST_SECTION, 1)


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return str(escape(value))
    if isinstance(value, dict):
        return {key: _escaped(inner) for key, inner in value.items()}
    return [_escaped(inner) for inner in value] if isinstance(value, list) else value


def _verdict(found: list[Finding]) -> Markup:
    failed = [finding for finding in found if not finding.passed]
    stops = any(finding.severity == "critical" for finding in failed)
    verdict = "This dataset must not be trained on" if stops else "This dataset can be trained on"
    items = Markup().join(
        Markup("<li><strong>{}</strong> ({}): {}. Expected: {}<ul>{}</ul></li>").format(
            finding.name,
            finding.severity,
            finding.figure,
            finding.meaning,
            Markup().join(Markup("<li><code>{}</code></li>").format(row) for row in finding.rows),
        )
        for finding in failed
    )
    kind = "stops" if stops else "goes-on"
    return Markup('<section class="verdict {}"><h4>{}</h4><ul>{}</ul></section>').format(kind, verdict, items)
