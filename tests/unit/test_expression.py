"""Values that a mapping takes from several fields, or from one by another's leave."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.mapping import (
    Record,
    code,
    constant,
    derived,
    derived_from,
    first,
    joined,
    joint_key,
    look_up,
    magnitude,
    remembered,
    text,
    unless_same,
    within,
)


def test_a_path_leads_through_objects_only() -> None:
    record: Any = {"a": {"b": {"c": 0}}, "t": "text", "l": [{"x": 1}], "a.b": "no path"}
    found = [look_up(record, path) for path in ("a.b.c", "t", "t.x", "l.x", "a.x.c", "x")]
    assert found == [0, "text", None, None, None, None]
    assert (look_up("text", "a"), look_up(None, "a.b")) == (None, None)


def test_the_first_value_that_is_there_counts_zero_and_false_included() -> None:
    record = {"none": None, "empty": "", "zero": 0, "false": False, "a": "A"}
    assert first(record, "none", "empty", "zero", "a") == 0
    assert first(record, "empty", "false") is False
    assert first(record, "none", "x") is None


def test_texts_are_joined_without_the_empty_ones() -> None:
    assert joined("a", "b.c", "d")({"a": "A", "b": {"c": 7}, "d": ""}) == "A 7"
    assert joined("a", "d", separator=", ")({"a": "A", "d": "D"}) == "A, D"
    assert joined("a", "d")({"a": None, "d": False}) is None


def test_a_key_of_several_fields_is_none_where_one_is_missing() -> None:
    key = joint_key("company.id", "number")
    assert (key({"company": {"id": "US"}, "number": 0}), key.says) == ("US/0", "company.id + number")
    for half in ({"number": "7"}, {"company": {"id": ""}, "number": "7"}, {"company": {"id": "US"}, "number": None}):
        assert key(half) is None


def test_what_an_expression_reads_is_all_that_it_looks_at_each_once() -> None:
    both = code(joint_key("a", "b"), None, "b", "c", own="word")
    assert both.reads == ("a", "b", "c", "word")


def test_a_value_counts_unless_another_field_holds_the_same() -> None:
    payee = unless_same("pay_to", "vendor")
    assert payee({"pay_to": "B", "vendor": "A"}) == payee({"pay_to": "B"}) == "B"
    assert payee({"pay_to": "A", "vendor": "A"}) is payee({"vendor": "A"}) is None
    assert payee.reads == ("pay_to", "vendor")


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("-12.50", "12.50"),
        ("12.50", "12.50"),
        ("", ""),
        (-7, 7),
        (Decimal("-1.10"), Decimal("1.10")),
        (None, None),
        (True, True),
    ],
)
def test_a_magnitude_has_no_sign_in_whichever_form_it_comes(told: Any, read: Any) -> None:
    assert magnitude("total")({"total": told}) == read


def test_what_is_remembered_is_that_of_the_latest_record_alone() -> None:
    asked: list[Record] = []

    @remembered
    def count(record: Record) -> int:
        asked.append(record)
        return len(record)

    one, equal = {"a": 1}, {"a": 1}
    assert [count(record) for record in (one, one, equal, {}, one)] == [1, 1, 1, 0, 1]
    assert len(asked) == 4


def test_a_derived_value_tells_what_the_first_paragraph_says_of_it() -> None:
    @derived_from("a", "^b")
    def told(line: Record, order: Record) -> None:
        """What a line
        and its order say.

        More of it.
        """

    assert (told.says, told.reads, told.reads_parent) == ("What a line and its order say", ("a", "^b"), True)
    with pytest.raises(TypeError, match="has no docstring"):
        derived_from("a")(lambda record: None)


def test_a_derived_value_that_builds_on_another_reads_what_that_one_reads() -> None:
    net = derived(lambda line: None, "net", "cost", "discount")

    @derived_from("total", *within("lines", net, "type"), *within(("taxes", "duties"), "amount"))
    def charges(order: Record) -> None:
        """Charges."""

    lines = ("lines.cost", "lines.discount", "lines.type")
    assert charges.reads == ("total", *lines, "taxes.amount", "duties.amount")
    assert derived(lambda order: None, "it", charges, "total", "vendor").reads == (*charges.reads, "vendor")
    of_both = derived(lambda line, order: None, "it", "qty", "^state", "^.terms.days", "^^vendor")
    assert within(("lines", "charges"), of_both) == ("lines.qty", "state", "terms.days", "^vendor", "charges.qty")


def test_people_are_told_where_a_value_comes_from_by_paths_and_in_words() -> None:
    found = text("memo", derived(lambda order: None, "the first line of note", "note.lines", "note.kind"))
    assert found.said == "memo or the first line of note"
    assert code("a", None, "b", own="a").said == "a or b"
    assert constant("EUR").said == "the constant"
