"""The validation report of a run: Data Docs pages that need no other host, so that they open anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import great_expectations as gx
from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
)
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.render.components import RenderedDocumentContent
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view.view import DefaultJinjaPageView
from jinja2 import Environment, FileSystemLoader, Template

from include.orderhouse.files import file_system, outages_named, put

TEMPLATES = Path(__file__).parent / "templates"
EXAMPLES = 20
"""How many odd rows of a check a page shows."""


@dataclass
class Tally:
    """One expectation over all batches of a run."""

    expectation: ExpectationConfiguration
    rows: int = 0
    odd: int = 0
    examples: list[Any] = field(default_factory=list)

    def add(self, result: dict[str, Any]) -> None:
        """Count one batch."""
        self.rows += result["element_count"]
        self.odd += result["unexpected_count"]
        self.examples = (self.examples + result["partial_unexpected_list"])[:EXAMPLES]

    def result(self) -> ExpectationValidationResult:
        """The batches as if they had been one. Its examples are HTML: the page shows them as they are."""
        share = 100 * self.odd / self.rows if self.rows else 0
        return ExpectationValidationResult(
            success=not self.odd,
            expectation_config=self.expectation,
            result={
                "element_count": self.rows,
                "unexpected_count": self.odd,
                "unexpected_percent": share,
                "partial_unexpected_list": [escape(str(example)) for example in self.examples],
            },
            exception_info={"raised_exception": False, "exception_message": None, "exception_traceback": None},
        )


class Report:
    """What the expectations of a run came to, by table; those of a table without rows stand there too."""

    def __init__(
        self, connection: str, sync_id: str, expected: Mapping[str, Iterable[ExpectationConfiguration]]
    ) -> None:
        self.connection = connection
        self.sync_id = sync_id
        self._tallies = {
            table: {each.kwargs["column"]: Tally(each) for each in expectations}
            for table, expectations in expected.items()
        }

    def add(self, table: str, result: ExpectationSuiteValidationResult) -> None:
        """Add one batch's result."""
        for each in result.results:
            if config := each.expectation_config:
                self._tallies[table][config.kwargs["column"]].add(each.result)

    def write(self, folder: str | Path) -> str:
        """Write ``index.html`` and a page per table into a folder or the URL of one; returns the index's name."""
        files, root = file_system(str(folder))
        now = datetime.now(UTC)
        with outages_named(root):
            for name, tallies in self._tallies.items():
                put(files, f"{root}/{name}.html", self._page(name, tallies, now).encode())
            put(files, f"{root}/index.html", self._index(now).encode())
        return "index.html"

    def _page(self, name: str, tallies: dict[str, Tally], now: datetime) -> str:
        results = [tally.result() for tally in tallies.values()]
        run = {"run_name": f"{self.connection} {self.sync_id}", "run_time": now.isoformat()}
        document = ValidationResultsPageRenderer(run_info_at_end=True).render(
            ExpectationSuiteValidationResult(
                suite_name=name,
                success=not any(tally.odd for tally in tallies.values()),
                results=results,
                statistics=_statistics(results),
                meta={"run_id": run, "great_expectations_version": gx.__version__},
            )
        )
        _arrange(document, {column for column, tally in tallies.items() if tally.odd})
        return str(_view().render(document, template="report_table.j2", connection=self.connection, table=name))

    def _index(self, now: datetime) -> str:
        return _index_template().render(
            connection=self.connection, sync_id=self.sync_id, written_at=now, tables=self._tallies, examples=EXAMPLES
        )


@cache
def _index_template() -> Template:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True).get_template("report_index.j2")


@cache
def _view() -> DefaultJinjaPageView:
    """Great Expectations' pages, whose templates are compiled once."""
    return DefaultJinjaPageView(custom_views_directory=str(TEMPLATES))


def _statistics(results: list[ExpectationValidationResult]) -> dict[str, Any]:
    good = sum(bool(result.success) for result in results)
    return {
        "evaluated_expectations": len(results),
        "successful_expectations": good,
        "unsuccessful_expectations": len(results) - good,
        "success_percent": 100 * good / len(results) if results else None,
    }


def _arrange(document: RenderedDocumentContent, odd: set[str]) -> None:
    """Drop the header, which links to pages that are not written, and show the expectations that are not met first."""
    overview, *columns, facts = document.sections
    overview.content_blocks = overview.content_blocks[1:]
    columns.sort(key=lambda section: section.section_name not in odd)
    document.sections = [overview, *columns, facts]
