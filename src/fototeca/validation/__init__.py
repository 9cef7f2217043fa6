"""Checks that a dataset has to pass before anything trains on it, made with Great Expectations.

`checks` says what is checked, as plain data; `table` prepares the manifest; `suite` runs the checks and `page` turns
the outcome into a page. Only the last two import Great Expectations, which takes seconds: import them where they are
needed, not at a module's head.
"""

from fototeca.validation.checks import Check, Finding, Severity, checks_of, fingerprint

__all__ = ["Check", "Finding", "Severity", "checks_of", "fingerprint"]
