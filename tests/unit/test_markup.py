"""The text of HTML fields."""

from __future__ import annotations

import pytest

from include.orderhouse.markup import plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one<br>two</p>", "one\ntwo"),
        ("<div><p>one</p><p>two &amp; three</p></div>", "one\ntwo & three"),
        ("no markup", "no markup"),
        ("<p> </p>", None),
    ],
)
def test_blocks_and_breaks_end_lines(html: str, text: str | None) -> None:
    assert plain_text(html) == text
