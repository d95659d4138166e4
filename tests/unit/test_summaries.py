"""What several rows tell together: sums, ratios, what they agree on, the step that was reached."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import pytest

from include.orderhouse.mapping import Record, derived_from, first, remembered, unless_same
from include.orderhouse.values.agreement import agreed, the_only
from include.orderhouse.values.billing import quantity_billed
from include.orderhouse.values.decimals import number, percent_below, ratio, total
from include.orderhouse.values.progress import expected, progress, reached


def test_numbers_come_as_numbers_or_digits_and_nothing_counts_as_zero() -> None:
    assert [number(value) for value in (None, "", False, 3, "2.50", Decimal("0.1"))] == [
        Decimal(0), Decimal(0), Decimal(0), Decimal(3), Decimal("2.50"), Decimal("0.1"),
    ]  # fmt: skip
    with pytest.raises(InvalidOperation):
        number("many")


def test_a_sum_is_exact_and_leaves_out_what_is_missing() -> None:
    assert total(["0.1", Decimal("0.2"), None, 1]) == Decimal("1.3")
    assert total([]) == 0


def test_a_ratio_has_twelve_digits_and_needs_both_parts() -> None:
    assert ratio(1, "3") == Decimal("0.333333333333")
    assert ratio("2000000000000", 3) == Decimal("666666666666.666666666667")
    assert ratio("2e20", 3) == Decimal("66666666666666666666.666666666667")
    assert [ratio(0, 1), ratio(1, None), ratio("", 1)] == [None, None, None]


def test_a_discount_is_how_far_the_price_lies_below_the_base() -> None:
    assert percent_below("12", Decimal("9")) == Decimal("25.000000")
    assert percent_below(3, 4) == Decimal("-33.333333")
    assert percent_below(3, "1e22") == Decimal("-333333333333333333333233.333333")
    assert [percent_below(None, 1), percent_below(1, None), percent_below(0, 1)] == [None, None, None]


@pytest.mark.parametrize(
    ("values", "found"), [(["A", "A"], "A"), (["A", "B"], None), (["A", None], None), ([], None), ([None], None)]
)
def test_rows_agree_only_where_all_have_the_same_value(values: list[Any], found: Any) -> None:
    assert agreed(values) == found


def test_void_lines_are_expected_only_where_there_are_no_others() -> None:
    void: Record = {"is_void": True}
    assert expected([void, {"is_void": False}], lambda line: line["is_void"]) == [{"is_void": False}]
    assert expected([void, void], lambda line: line["is_void"]) == [void, void]
    assert expected([], lambda line: line["is_void"]) == []


def test_progress_is_told_by_what_each_line_has_of_what_it_wants() -> None:
    one, two = Decimal(1), Decimal(2)
    assert progress([]) is None
    assert progress([(Decimal(0), one), (Decimal(0), two)]) == "none"
    assert progress([(one, one), (one, two)]) == "partial"
    assert progress([(one, one), (two, two)]) == "full"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([(0, -5)], "none"),
        ([(-2, -5)], "partial"),
        ([(-5, -5), (0, -1)], "partial"),
        ([(-5, -5), (-1, -1)], "full"),
        ([(-6, -5), (0, 0)], "full"),
        ([(1, -5)], "none"),
        ([(0, 0)], "none"),
        ([(1, 0)], "full"),
    ],
)
def test_an_order_that_only_returns_goods_is_as_far_as_these_have_gone(
    lines: list[tuple[int, int]], found: str
) -> None:
    assert progress((Decimal(actual), Decimal(wanted)) for actual, wanted in lines) == found


@pytest.mark.parametrize(
    ("lines", "found"), [([(3, 3), (0, -1)], "full"), ([(0, 3), (-1, -1)], "none"), ([(1, 3), (-1, -1)], "partial")]
)
def test_what_goes_back_holds_up_nothing_that_is_to_come_beside_it(lines: list[tuple[int, int]], found: str) -> None:
    assert progress((Decimal(actual), Decimal(wanted)) for actual, wanted in lines) == found


@pytest.mark.parametrize(
    ("invoices", "receipts", "step"),
    [
        ("full", "partial", "invoiced"),
        ("partial", "full", "partially invoiced"),
        ("none", "full", "received"),
        (None, "partial", "partially received"),
        ("none", "none", None),
    ],
)
def test_invoices_count_before_receipts(invoices: str | None, receipts: str | None, step: str | None) -> None:
    assert reached({"invoiced": invoices, "received": receipts}) == step


@pytest.mark.parametrize(
    ("billed", "amount", "quantity", "found"),
    [
        ("5", "10", "4", "2"),
        ("12", "10", "4", "4.8"),
        ("-5", "-10", "4", "2"),
        ("10", "3", "1", "3.333333"),
        ("1", "2000000", "1", "0"),
        ("3", "2000000", "1", "0.000002"),
        ("9.99", "9.99", "0.3333333", "0.3333333"),
        ("0", "10", "4", "0"),
        ("3", "6", "3333333333333333333333.333335", "1666666666666666666666.666668"),
        ("5", "0", "4", None),
        ("0", "0", "4", None),
    ],
)
def test_the_quantity_billed_is_the_share_of_the_amount(
    billed: str, amount: str, quantity: str, found: str | None
) -> None:
    told = quantity_billed(Decimal(billed), Decimal(amount), Decimal(quantity))
    assert told == (None if found is None else Decimal(found))


def test_systems_have_words_of_their_own_for_steps() -> None:
    assert reached({"billed": "none", "delivered": "partial"}, partly="partly") == "partly delivered"


def test_the_first_value_that_is_not_empty_counts_and_zero_is_one() -> None:
    row = {"a": None, "b": "", "c": {"d": 0}, "e": 5}
    assert first(row, "a", "b", "c.d", "e") == 0
    assert first(row, "a", "b", "f") is None


def test_a_derived_function_is_described_by_the_first_paragraph_of_its_docstring() -> None:
    @derived_from("first", "last.name")
    def name(record: Record) -> Any:
        """First name,
        then the last one.

        The vendor says so.
        """
        return record["first"]

    assert (name.says, name.reads) == ("First name, then the last one", ("first", "last.name"))
    assert name({"first": "Ada"}) == "Ada"


def test_a_derived_function_without_words_is_refused() -> None:
    def name(record: Record) -> Any:
        return record["first"]

    with pytest.raises(TypeError, match="has no docstring"):
        derived_from("first")(name)


def test_lines_that_do_not_say_anything_have_no_say_in_what_all_agree_on() -> None:
    contract = the_only("lines", "contract.number")
    assert contract.reads == ("lines.contract.number",)
    told = [{"contract": {"number": number}} for number in ("C1", None, "", "C1")]
    assert contract({"lines": [*told, {}, None]}) == "C1"
    assert contract({"lines": [*told, {"contract": {"number": "C2"}}]}) is None
    assert contract({"lines": [{"contract": {"number": 7}}, {"contract": {"number": 7}}]}) == 7
    assert [contract({"lines": [{}]}), contract({"lines": None}), contract({})] == [None, None, None]


def test_a_payee_is_told_only_where_it_is_not_the_vendor() -> None:
    payee = unless_same("payee.number", "vendor")
    assert (payee.reads, payee.says) == (("payee.number", "vendor"), "payee.number, where it differs from vendor")
    assert payee({"payee": {"number": "V2"}, "vendor": "V1"}) == "V2"
    assert payee({"payee": {"number": "V1"}, "vendor": "V1"}) is None
    assert payee({"vendor": "V1"}) is None


def test_a_remembered_value_is_computed_once_for_each_record_and_never_for_an_equal_one() -> None:
    computed: list[Record] = []

    @remembered
    def number(record: Record) -> int:
        computed.append(record)
        return len(computed)

    one, equal = {"lines": [1]}, {"lines": [1]}
    assert [number(one), number(one), number(equal), number(one)] == [1, 1, 2, 3]


def test_what_fails_is_not_remembered() -> None:
    told = {"fails": True}

    @remembered
    def value(record: Record) -> str:
        if told["fails"]:
            raise ValueError("not yet")
        return "told"

    record = {"id": 1}
    with pytest.raises(ValueError, match="not yet"):
        value(record)
    told["fails"] = False
    assert value(record) == "told"
