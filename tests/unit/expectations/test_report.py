"""The report of a run's validation."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from include.orderhouse.expectations.outcomes import Outcomes
from include.orderhouse.expectations.validator import Validator
from tests.unit.expectations.conftest import batch


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """The report of three batches: a good one, one with an odd amount, and one with markup in an order number."""
    validator = Validator("acme_us", "5f3b")
    spoiled = batch(order={"order_number": "<script>alert(1)</script> $x"}, line={"net_amount": Decimal(300)})
    made = [batch(), batch(line={"net_amount": Decimal(200)}), spoiled]
    list(validator.check(map(Outcomes.of, made)))
    return tmp_path / "run" / validator.report(tmp_path / "run")


def test_the_index_leads_to_a_page_for_each_table(report: Path) -> None:
    index = report.read_text()
    pages = re.findall(r'href="([^"]+\.html)"', index)
    assert len(pages) == 4
    assert all((report.parent / page).is_file() for page in pages)
    assert "acme_us" in index


def test_a_page_counts_and_shows_the_odd_rows_of_all_batches(report: Path) -> None:
    page = (report.parent / "purchase_order_line.html").read_text()
    assert "The net amount is quantity times price less discount" in page
    assert "2 unexpected values found" in page
    assert "of 3 total rows" in page
    assert "4500000017 / 00010: 200 instead of 190" in page


def test_expectations_that_are_not_met_come_first(report: Path) -> None:
    page = (report.parent / "purchase_order_line.html").read_text()
    assert page.index("NET_AMOUNT_DIFFERS") < page.index("OVER_RECEIPT")
    assert page.index("NET_AMOUNT_DIFFERS") < page.index("Every row has its connection")


@pytest.mark.parametrize("name", ["index.html", "purchase_order.html", "purchase_order_line.html"])
def test_a_page_asks_no_other_host_and_runs_no_script(report: Path, name: str) -> None:
    page = (report.parent / name).read_text()
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)


def test_a_report_can_go_to_any_file_system(tmp_path: Path) -> None:
    validator = Validator("acme_us", "5f3b")
    list(validator.check([Outcomes.of(batch())]))
    assert validator.report("memory://reports/acme_us") == "index.html"


def test_a_run_without_a_batch_has_a_report(tmp_path: Path) -> None:
    assert (tmp_path / Validator("acme_us", "5f3b").report(tmp_path)).is_file()


def test_nothing_is_written_but_the_report(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    validator = Validator("acme_us", "5f3b")
    list(validator.check([Outcomes.of(batch())]))
    validator.report(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir())[0] == "index.html"
    assert not list(elsewhere.iterdir())
