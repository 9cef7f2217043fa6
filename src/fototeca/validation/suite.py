"""Running checks with Great Expectations, in memory: nothing is left on disk, nothing is sent anywhere."""

import os
from typing import Any

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when the library is imported

import great_expectations as gx
import great_expectations.expectations as gxe
import numpy as np
import pandas as pd
from great_expectations.core import ExpectationSuiteValidationResult

from fototeca.validation.checks import Check, Finding

ROWS_SHOWN = 10


def run_checks(checks: tuple[Check, ...], rows: pd.DataFrame, name: str) -> ExpectationSuiteValidationResult:
    """Hold the rows to the checks; `name` is what the suite is called on its page."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("manifest")
    batch = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("all rows")
    suite = context.suites.add(gx.ExpectationSuite(name=name, expectations=[_expectation(check) for check in checks]))
    definition = context.validation_definitions.add(gx.ValidationDefinition(name=name, data=batch, suite=suite))
    outcome = definition.run(
        batch_parameters={"dataframe": rows},
        result_format={
            "result_format": "SUMMARY",
            "unexpected_index_column_names": ["name", "label"],
            "partial_unexpected_count": ROWS_SHOWN,
        },
    )
    for result in outcome.results:
        observed = result.result.get("observed_value")
        if isinstance(observed, np.generic):  # the page can't show numbers of NumPy 2
            result.result["observed_value"] = observed.item()
    return outcome


def findings(checks: tuple[Check, ...], outcome: ExpectationSuiteValidationResult) -> list[Finding]:
    """What each check found, in the order of the checks."""
    by_name = {result.expectation_config.meta["check"]: result for result in outcome.results}
    return [_finding(check, by_name[check.name].to_json_dict()) for check in checks]


def _expectation(check: Check) -> Any:
    return getattr(gxe, check.expectation)(
        **check.arguments,
        severity=check.severity,
        description=f"{check.name} ({check.severity}): {check.meaning}",
        meta={"check": check.name},
    )


def _finding(check: Check, outcome: dict[str, Any]) -> Finding:
    result = outcome["result"]
    column = check.arguments.get("column")
    failing = result.get("partial_unexpected_index_list") or ()
    rows = list(dict.fromkeys(f"{row[check.named_by]}: {column} {_plain(row[column])!r}" for row in failing))
    return Finding(
        name=check.name,
        meaning=check.meaning,
        severity=check.severity,
        passed=bool(outcome["success"]),
        figure=_figure(result, outcome["exception_info"]),
        rows=rows,
    )


def _plain(value: Any) -> Any:
    """A value as people write it: whole numbers that pandas holds as floats for want of a null are whole."""
    plain = value.item() if isinstance(value, np.generic) else value
    return int(plain) if isinstance(plain, float) and plain.is_integer() else plain


def _figure(result: dict[str, Any], fault: dict[str, Any]) -> str:
    if "unexpected_count" in result:
        return f"{result['unexpected_count']} of {result['element_count']} images"
    if missing := result.get("partial_missing_list"):
        return f"missing {', '.join(sorted(map(str, missing)))}"
    if (observed := result.get("observed_value")) is not None:
        return f"{observed:.4g}" if isinstance(observed, float) else str(observed)
    if "missing_count" in result:
        return "nothing missing"
    return f"could not be checked ({fault.get('exception_message') or 'no images'})"
