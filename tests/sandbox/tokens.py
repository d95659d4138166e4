"""Access tokens that a dialect hands out and checks; they expire by the sandbox clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from tests.sandbox.clock import Clock

if TYPE_CHECKING:
    from tests.sandbox.refresh_tokens import RefreshTokens

PREFIX = "sandbox_token_"
"""How every token begins, so that a search of what should hold none finds them all."""


class TokenStore:
    """Bearer tokens of one dialect; `issued` counts them, so that tests see how often a client signed in."""

    def __init__(self, clock: Clock) -> None:
        self.issued = 0
        self.refreshing: RefreshTokens | None = None
        """Refresh tokens, where the dialect has them."""
        self._clock = clock
        self._expiries: dict[str, datetime] = {}

    def issue(self, seconds: float) -> str:
        """A new token that is valid for that many seconds."""
        token = PREFIX + token_urlsafe(32)
        self._expiries[token] = self._clock.now() + timedelta(seconds=seconds)
        self.issued += 1
        return token

    def accepts(self, token: str) -> bool:
        """Whether the token was issued here, has not expired, and was not revoked."""
        expiry = self._expiries.get(token)
        return expiry is not None and self._clock.now() < expiry

    def accepts_bearer(self, authorization: str | None) -> bool:
        """Whether an Authorization header carries a valid bearer token."""
        scheme, _, token = (authorization or "").partition(" ")
        return scheme.lower() == "bearer" and self.accepts(token.strip())

    def revoke_all(self) -> None:
        """Make every token invalid at once."""
        self._expiries.clear()
