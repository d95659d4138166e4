"""JSON on the wire and at rest: numbers with a fraction are exact decimals in both directions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from include.orderhouse.errors import UnexpectedShape

T = TypeVar("T")

_decoder = msgspec.json.Decoder(float_hook=Decimal)
_pairs = msgspec.json.Decoder(list[tuple[str, msgspec.Raw]])
_encoder = msgspec.json.Encoder(decimal_format="number")


def decode(body: bytes) -> Any:
    """Parse JSON. Raises ValueError where it is none."""
    try:
        return _decoder.decode(body)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error


def decode_pairs(body: bytes) -> list[tuple[str, bytes]]:
    """Parse a JSON list of pairs of a text and anything, which stays JSON."""
    return [(text, bytes(content)) for text, content in _pairs.decode(body)]


def encode(value: Any) -> bytes:
    """Write JSON; decimals become numbers with all their digits."""
    return _encoder.encode(value)


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


def _unexpected(problem: str, body: Any, of: str) -> UnexpectedShape:
    came = f"an object with {sorted(body)[:12]}" if isinstance(body, dict) else f"{type(body).__name__}"
    return UnexpectedShape(
        f"{of}: {problem}; came {came}.",
        action="Nothing was loaded. Compare the response with the vendor's documentation; "
        "a proxy or a new release may have changed it.",
    )
