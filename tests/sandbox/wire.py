"""JSON as the sandbox writes it: decimals are exact, never through float."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

_DECIMALS_AS_NUMBERS = msgspec.json.Encoder(decimal_format="number")
_DECIMALS_AS_STRINGS = msgspec.json.Encoder(decimal_format="string")


def json_bytes(value: Any, decimals_as_strings: bool = False) -> bytes:
    """The value as UTF-8 JSON; `msgspec.Raw` inside it is put in as it stands, for rows rendered before."""
    return (_DECIMALS_AS_STRINGS if decimals_as_strings else _DECIMALS_AS_NUMBERS).encode(value)


def json_response(
    value: Any,
    status: int = 200,
    headers: dict[str, str] | None = None,
    decimals_as_strings: bool = False,
    media_type: str = "application/json",
) -> Response:
    """A JSON response with exact decimals."""
    return Response(json_bytes(value, decimals_as_strings), status, headers, media_type)
