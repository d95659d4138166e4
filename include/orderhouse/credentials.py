"""The secrets of one connection, and where a person puts them."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

from include.orderhouse.errors import ConfigurationInvalid, OrderhouseError
from include.orderhouse.tokens import TokenStore

PUBLIC = frozenset(
    {"tenant_id", "environment", "client_id", "certificate_id", "token_url", "revocation_url", "scope", "database"}
)
"""Keys of the extra JSON whose values are no secrets."""
_SHORTEST = 4
_BEGINNING = 12
"""Characters by which a secret is known again that was cut off behind them."""


@dataclass(frozen=True)
class Credentials:
    """Address and secrets of a source, as an Airflow Connection holds them. Nothing but the address is ever shown."""

    connection: str
    base_url: str
    """Scheme, host and port, without a trailing slash; no request with credentials leaves it."""
    login: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)
    tokens: TokenStore | None = field(default=None, repr=False)
    """Where tokens that change with every use are kept; a sync gives it."""

    def need(self, name: str) -> str:
        """A required secret: ``login``, ``password`` or a key of the extra JSON."""
        value = {"login": self.login, "password": self.password}.get(name) or self.extra.get(name)
        if not value:
            place = f"its {name}" if name in ("login", "password") else f"key {name!r} of its extra JSON"
            raise ConfigurationInvalid(
                f"The Airflow Connection of {self.connection!r} has no {name}.",
                action=f"Fill in {place}, wherever it lies: put it into the vault anew, or correct it under "
                "Admin > Connections, in the secrets backend, or in the environment variable.",
            )
        return str(value)

    def secrets(self) -> tuple[str, ...]:
        """Every secret value."""
        values = [self.password, *(value for name, value in self.extra.items() if name not in PUBLIC)]
        return tuple(value for value in values if isinstance(value, str) and len(value) >= _SHORTEST)


def hide_secrets(error: OrderhouseError, secrets: Iterable[str]) -> None:
    """Put asterisks into an error's message for the secrets that a source repeated in what it said, or began to."""
    written = {form for secret in filter(None, secrets) for form in _written(secret)}
    longest_first = sorted(written, key=len, reverse=True)
    for form in longest_first:
        error.message = error.message.replace(form, "***")
    for form in longest_first:
        error.message = _without_beginning(error.message, form)
    error.args = (error.message,)


def _written(secret: str) -> set[str]:
    """A secret as texts, addresses, JSON and web pages write it."""
    page = html.escape(secret)
    in_pages = {page, html.escape(secret, quote=False), page.replace("&quot;", "&#34;").replace("&#x27;", "&#39;")}
    in_json = {json.dumps(secret, ensure_ascii=is_ascii)[1:-1] for is_ascii in (True, False)}
    return {secret, quote(secret, safe=""), quote_plus(secret), *in_pages, *in_json}


def _without_beginning(text: str, secret: str) -> str:
    while len(secret) > _BEGINNING and (at := text.find(secret[:_BEGINNING])) >= 0:
        said = next(length for length in range(len(secret), 0, -1) if text.startswith(secret[:length], at))
        text = f"{text[:at]}***{text[at + said :]}"
    return text
