"""Tables on a screen: whatever its width, nothing of a value is left out."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest

from include.cli.tables import print_table

REJECT = UUID("5f3c0000-0000-0000-0000-000000000001")
HEADER = ("connection", "reject", "reason", "rejected")
AT = datetime(2026, 12, 1, 4, 30, tzinfo=timezone(timedelta(hours=2)))
ROW = ("acme_odoo", REJECT, "[red]many[/] is no number", AT)


def on_a_screen(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """Let standard output be a terminal so wide."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")


def test_rows_that_fit_the_screen_are_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on_a_screen(monkeypatch, 120)
    print_table(HEADER, [ROW, ROW])
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 3
    assert " ".join(told[1].split()) == f"acme_odoo {REJECT} [red]many[/] is no number 2026-12-01 02:30:00Z"


def test_rows_that_do_not_fit_are_told_field_by_field_and_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on_a_screen(monkeypatch, 60)
    print_table(HEADER, [ROW, ("globex", REJECT, None, None)])
    assert [line.split(maxsplit=1) for line in _plain(capsys.readouterr().out)] == [
        ["connection", "acme_odoo"],
        ["reject", str(REJECT)],
        ["reason", "[red]many[/] is no number"],
        ["rejected", "2026-12-01 02:30:00Z"],
        [],
        ["connection", "globex"],
        ["reject", str(REJECT)],
        ["reason"],
        ["rejected"],
        [],
    ]


def test_what_is_wider_than_any_screen_goes_into_a_pipe_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    wide = "a long value " * 200
    print_table([f"column {number}" for number in range(70)], [[wide.strip()] * 70])
    assert capsys.readouterr().out.splitlines()[1].count(wide.strip()) == 70


def _plain(printed: str) -> list[str]:
    """Lines without what makes letters bold, and without the blanks at their ends."""
    return [line.replace("\x1b[1m", "").replace("\x1b[0m", "").strip() for line in printed.splitlines()]
