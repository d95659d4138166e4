"""JSON on the wire and at rest: numbers with a fraction are exact decimals in both directions."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from decimal import Context, Inexact, InvalidOperation, Overflow, Subnormal, Underflow
from typing import Any, TypeVar

import msgspec

from include.orderhouse.errors import BoundExceeded, UnexpectedShape

T = TypeVar("T")

DEPTH = 100
"""Levels of JSON that may lie in each other."""
VALUES = 8_000_000
"""Values that one answer may have. Each takes up to 130 bytes in memory, and may be written with three."""
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"{}[]")
_NO_STRUCTURE = bytes(byte for byte in range(256) if byte not in b'{}[]"')
_TEXT = re.compile(rb'"[^"]*"')
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""As JSON writes it; behind another backslash it is text that only looks like it."""
_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]|u([dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL)
"""What a backslash begins in JSON: two halves of a character (RFC 8259, section 7), one by itself, or anything else."""
log = logging.getLogger(__name__)

_EXACT = Context(prec=2000, Emax=400, Emin=-400, traps=[Inexact, InvalidOperation, Overflow, Subnormal, Underflow])
"""Numbers that mean something: written out, 1e999999999 would fill a gigabyte."""
_decoder = msgspec.json.Decoder(float_hook=_EXACT.create_decimal)
_pairs = msgspec.json.Decoder(list[tuple[str, msgspec.Raw]])
_encoder = msgspec.json.Encoder(decimal_format="number")
_in_order = msgspec.json.Encoder(decimal_format="number", order="sorted")


def decode(body: bytes) -> Any:
    """Parse JSON. Raises ValueError where it is none."""
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, RecursionError, ArithmeticError) as error:
        raise ValueError(str(error)) from error


def decode_foreign(body: bytes) -> Any:
    """Parse JSON of others. Raises ValueError where it is none, or nested deeper than anything that means well.

    For half a character, as programs leave that cut texts to a length, the replacement character stands: no text can
    hold it. BoundExceeded where its values would fill the memory; a comma in a text counts as one.
    """
    if len(body) > VALUES and body.count(b",") > VALUES:
        raise BoundExceeded(
            f"An answer has more than {VALUES:,} values; it was not read.",
            action="Nothing was loaded. Lower page_size; if it is 1 already, report it to who runs the source.",
        )
    if _is_too_deep(body):
        raise ValueError(f"nested deeper than {DEPTH} levels")
    try:
        return decode(body)
    except ValueError:
        found = decode(_ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], body))
        log.warning("An answer has halves of characters; the replacement character stands for each of them.")
        return found


def _is_too_deep(body: bytes) -> bool:
    """Whether JSON is nested too deep: every round of taking innermost pairs out must leave less of its brackets.

    Brackets inside of texts are looked at only where the cheap look, which does not know texts, is not content.
    """
    return bool(unmelted(body)) and bool(unmelted(_without_texts(body)))


def _without_texts(body: bytes) -> bytes:
    """The brackets of JSON that are not in a text. Texts without brackets, which are most, go first."""
    structure = body.replace(rb"\\", b"").replace(rb"\"", b"").translate(None, _NO_STRUCTURE)
    return _TEXT.sub(b"", structure.replace(b'""', b""))


def unmelted(body: bytes) -> bytes:
    """What is left of the brackets when innermost pairs were taken out as often as they may lie in each other."""
    skeleton = body.translate(None, _NO_BRACKETS)
    for _ in range(DEPTH):
        if not skeleton:
            break
        skeleton = skeleton.replace(b"{}", b"").replace(b"[]", b"")
    return skeleton


def decode_pairs(body: bytes) -> list[tuple[str, bytes]]:
    """Parse a JSON list of pairs of a text and anything, which stays JSON."""
    return [(text, bytes(content)) for text, content in _pairs.decode(body)]


def encode(value: Any) -> bytes:
    """Write JSON; decimals become numbers with all their digits."""
    return _encoder.encode(value)


def storable(text: str) -> str:
    """Text as PostgreSQL holds it: without NUL characters, for which the replacement character stands."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")


def storable_json(value: Any) -> str:
    """JSON as PostgreSQL holds it: without NUL characters in names or texts, as of `storable`, and its names in order.

    So what says the same is the same text, in whichever order a source wrote it.
    """
    written = _in_order.encode(value).decode()
    return _NUL.sub(r"\1\\ufffd", written) if "\\u0000" in written else written


def part(body: Any, path: str, kind: type[T], *, of: str) -> T:
    """The member of a response that must be there with that type; ``of`` names the response for the error.

    Raises UnexpectedShape saying what was expected and what came, so that a wrong shape never reads as "no orders".
    """
    found = body
    for step in path.split(".") if path else ():
        if not isinstance(found, dict) or step not in found:
            raise _unexpected(f"no member {path!r}", body, of)
        found = found[step]
    if not isinstance(found, kind):
        raise _unexpected(f"{path or 'the body'} is {type(found).__name__}, not {kind.__name__}", body, of)
    return found


def instant(told: Any, *, of: str) -> datetime:
    """An instant of a response in UTC: ISO 8601 with an offset; ``of`` names what tells it for the error.

    Raises UnexpectedShape, also where there is no offset: whose time it would be is not guessed.
    """
    try:
        found = datetime.fromisoformat(told)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise _no_instant(told, of) from error
    raise _no_instant(told, of)


def _no_instant(told: Any, of: str) -> UnexpectedShape:
    return UnexpectedShape(
        f"{of}: {told!r:.80} is no instant with an offset.",
        action="Nothing was loaded. Compare the response with the vendor's documentation.",
    )


def _unexpected(problem: str, body: Any, of: str) -> UnexpectedShape:
    came = f"an object with {sorted(body)[:12]}" if isinstance(body, dict) else f"{type(body).__name__}"
    return UnexpectedShape(
        f"{of}: {problem}; came {came}.",
        action="Nothing was loaded. Compare the response with the vendor's documentation; "
        "a proxy or a new release may have changed it.",
    )
