"""The validation of one run: the outcomes of batch after batch, then the report of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from include.orderhouse import collector
from include.orderhouse.deferred import OF_OTHER_EXPECTATIONS, deferred
from include.orderhouse.expectations.check import Finding
from include.orderhouse.expectations.group import Group, groups
from include.orderhouse.expectations.outcomes import Outcomes
from include.orderhouse.model import TABLES

with deferred(*OF_OTHER_EXPECTATIONS), collector.at_rest():
    from include.orderhouse.expectations.report import Report
    from include.orderhouse.expectations.suites import suites


class Validator:
    """Holds the batches of one run to the expectations."""

    def __init__(self, connection: str, sync_id: str) -> None:
        self._suites = suites()
        self._report = Report(connection, sync_id, self._suites.expectations)

    def check(self, batches: Iterable[Outcomes]) -> Iterator[list[Finding]]:
        """What the rows of each batch do not hold to. Orders with a critical finding must not be loaded.

        Raises RuntimeError where an expectation could not be evaluated.
        """
        for group in groups(batches):
            yield from self._check(group)

    def _check(self, batches: list[Outcomes]) -> list[list[Finding]]:
        findings: list[list[Finding]] = [[] for _ in batches]
        for table in TABLES:
            group = Group(table, batches)
            if group.rows:
                result = self._suites.validate(table, group.frame())
                self._report.add(table.name, result)
                unexpected = (
                    (each.expectation_config.kwargs["column"], each.result["unexpected_count"])
                    for each in result.results
                    if each.expectation_config
                )
                for number, finding in group.findings(unexpected):
                    findings[number].append(finding)
        return findings

    def report(self, folder: str | Path) -> str:
        """Write the report's pages into a folder or the URL of one; returns the name of its index."""
        return self._report.write(folder)
