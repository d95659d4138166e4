"""The text of HTML fields."""

from __future__ import annotations

import pytest

from include.orderhouse.values.markup import plain, plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one<br>two</p>", "one\ntwo"),
        ("<div><p>one</p><p>two &amp; three</p></div>", "one\ntwo & three"),
        (
            "<div>one</div><div>two</div><ul><li>three</li><li>four</li></ul><h2>five</h2>six",
            "one\ntwo\nthree\nfour\nfive\nsix",
        ),
        ("no markup", "no markup"),
        ("4 < 5 &amp", "4 < 5 &"),
        ("cut off <", "cut off <"),
        ("<p> </p>", None),
    ],
)
def test_blocks_and_breaks_end_lines(html: str, text: str | None) -> None:
    assert plain_text(html) == text


def test_the_first_field_that_is_filled_in_counts() -> None:
    notes = plain("notes", "vendor.note")
    assert notes({"notes": False, "vendor": {"note": "<p>fragile</p>"}}) == "fragile"
    assert notes({"notes": "<b>glass</b>", "vendor": {"note": "<p>fragile</p>"}}) == "glass"
    assert notes({"notes": None}) is notes({"notes": 5}) is None
    assert (notes.says, notes.reads) == ("text of the HTML in notes or vendor.note", ("notes", "vendor.note"))
