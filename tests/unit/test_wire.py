"""JSON of others as it is read: exact, whatever it holds, and never more than fits."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse import wire
from include.orderhouse.errors import BoundExceeded, UnexpectedShape


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (rb'"Cables \ud83d"', "Cables \ufffd"),
        (rb'["\uDE00 tape", "\ud83d\ude00"]', ["\ufffd tape", "\N{GRINNING FACE}"]),
        (rb'{"\ud83d": "\ud83d\ud83d\ude00"}', {"\ufffd": "\ufffd\N{GRINNING FACE}"}),
        (rb'["\\ud83d", "\\\ud83d"]', [r"\ud83d", "\\\ufffd"]),
    ],
)
def test_h32_half_a_character_of_a_text_that_was_cut_costs_no_order(written: bytes, read: Any) -> None:
    assert wire.decode_foreign(written) == read


@pytest.mark.parametrize("written", [rb'{"memo": "\ud83d"', rb'"\ud8"', b"[1,]", b'"\xff"', b"[" * 99])
@pytest.mark.parametrize("decode", [wire.decode, wire.decode_foreign])
def test_what_is_no_json_stays_none(written: bytes, decode: Callable[[bytes], Any]) -> None:
    with pytest.raises(ValueError, match=r"JSON|truncated|UTF-8|deeper"):
        decode(written)


def test_what_is_nested_without_end_is_no_json_wherever_it_stands() -> None:
    with pytest.raises(ValueError, match="recursion"):
        wire.decode(b"[" * 100_000)


def test_an_answer_may_have_as_many_values_as_fit_into_memory_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "VALUES", 20)
    assert wire.decode_foreign(b"[" + b"1," * 20 + b"1]") == [1] * 21
    assert wire.decode_foreign(b"[" + b"1," * 9 + b"1]") == [1] * 10
    with pytest.raises(BoundExceeded, match="more than 20 values"):
        wire.decode_foreign(b"[" + b"1," * 21 + b"1]")


def test_h25_json_numbers_never_pass_through_float() -> None:
    value = wire.decode(b'{"amount": 123456789012345678.123456}')["amount"]
    assert str(value) == "123456789012345678.123456"


@pytest.mark.parametrize("written", [b"1." + b"3" * 300, b"1e400", b"1E-400", b"18446744073709551616", b"9" * 4000])
def test_h25_the_longest_numbers_come_and_go_with_all_their_digits(written: bytes) -> None:
    assert wire.decode(wire.encode(wire.decode(written))) == wire.decode(written)
    assert Decimal(str(wire.decode(written))) == Decimal(written.decode())


@pytest.mark.parametrize("written", [b"1e401", b"1e-401", b"1." + b"3" * 2000, b"1e999999999"])
def test_a_number_that_means_nothing_is_no_json(written: bytes) -> None:
    with pytest.raises(ValueError, match="decimal"):
        wire.decode(written)


def test_nesting_has_a_depth_that_brackets_in_texts_are_no_part_of() -> None:
    deepest = b"[" * 100 + rb'"\\"' + b"]" * 100
    assert wire.decode_foreign(deepest)
    assert wire.decode_foreign(b"[" + rb'"[\"[' + b"[" * 200 + rb'\\", ""' + b"]")
    with pytest.raises(ValueError, match="deeper than 100 levels"):
        wire.decode_foreign(b"[" + deepest + b"]")


def test_a_character_that_was_cut_is_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    wire.decode_foreign(rb'"a \ud83d\ude00"')
    assert caplog.messages == []
    wire.decode_foreign(rb'"a \ud83d"')
    assert [message.partition(";")[0] for message in caplog.messages] == ["An answer has halves of characters"]


def test_json_for_the_warehouse_says_the_same_in_the_same_words() -> None:
    assert wire.storable_json({"b": [1], "a": {"d": 1, "c": 2}}) == wire.storable_json(
        {"a": {"c": 2, "d": 1}, "b": [1]}
    )
    held = json.loads(wire.storable_json({"\x00": [r"\u0000", "\\\x00", "\x00\x00"]}))
    assert held == {"\ufffd": [r"\u0000", "\\\ufffd", "\ufffd\ufffd"]}


def test_a_part_of_an_answer_is_there_with_its_type_or_it_is_told_what_came() -> None:
    body = {"d": {"results": [1]}, **{f"m{number:02}": 0 for number in range(20)}}
    assert wire.part(body, "d.results", list, of="orders") == [1]
    assert wire.part(body, "", dict, of="orders") == body
    wrong = [("d.next", r"no member 'd\.next'; came an object with \['d', 'm00', .*'m10'\]\."), ("m00", "m00 is int")]
    for path, says in [
        *wrong,
        ("d.results.0", "no member"),
        ("m00.x", "no member"),
        ("", "the body is dict, not list"),
    ]:
        with pytest.raises(UnexpectedShape, match=f": orders: {says}"):
            wire.part(body, path, list, of="orders")


def test_an_instant_of_an_answer_is_one_in_utc_or_refused() -> None:
    told = wire.instant("2026-03-29T03:30:00+02:00", of="clock")
    assert (told, told.tzinfo) == (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), UTC)
    for wrong in ("2026-03-29T03:30:00", "soon", None, 5, "0001-01-01T00:00:00+02:00"):
        with pytest.raises(UnexpectedShape, match=r"clock: .* is no instant with an offset"):
            wire.instant(wrong, of="clock")
