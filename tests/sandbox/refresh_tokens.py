"""Refresh tokens that rotate: each use gives a new one, and the old one is good for a while longer."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.sandbox.clock import Clock
from tests.sandbox.tokens import PREFIX

_KIND = f"{PREFIX}refresh"


@dataclass(frozen=True)
class RotationRules:
    """A vendor's rules."""

    lifetime: timedelta
    """How long an unused token lives."""
    grace: timedelta
    """How long after its first use a token may be used again, for clients that lost the answer."""
    keeps_value: timedelta = timedelta(0)
    """A token younger than this is given back as it is."""


class RefreshTokens:
    """The refresh tokens of one client. They are signed, so that a sandbox started anew knows those of the last one."""

    def __init__(self, clock: Clock, rules: RotationRules, secret: str, first: str) -> None:
        self.redeemed = 0
        """How often tokens were asked for."""
        self._clock, self._rules, self._secret, self._first = clock, rules, secret, first
        self._used: dict[str, datetime] = {}
        self._revoked_at: datetime | None = None

    def authorise(self) -> str:
        """A new chain's first token, as a person gets it who signs in and consents."""
        return self._issue()

    def redeem(self, token: str) -> str | None:
        """The token to use from now on; None if this one is not good any more."""
        now, issued_at = self._clock.now(), self._issued_at(token)
        if issued_at is None or now - issued_at > self._rules.lifetime:
            return None
        if self._revoked_at is not None and (token == self._first or issued_at <= self._revoked_at):
            return None
        if token in self._used and now - self._used[token] > self._rules.grace:
            return None
        self.redeemed += 1
        if token != self._first and now - issued_at < self._rules.keeps_value:
            return token
        self._used.setdefault(token, now)
        return self._issue()

    def revoke(self) -> None:
        """Disconnect the client: nothing that was issued so far is good any more."""
        self._revoked_at = self._clock.now()

    def give_back(self, token: str) -> None:
        """Disconnect the client by a token of its own; one that is not known changes nothing (RFC 7009, 2.2)."""
        if self._issued_at(token) is not None:
            self.revoke()

    def _issue(self) -> str:
        issued = f"{self._clock.now().timestamp():.6f}-{len(self._used)}-{self.redeemed}"
        return f"{_KIND}-{issued}-{self._signature(issued)}"

    def _issued_at(self, token: str) -> datetime | None:
        """When a token was issued; the first one always just now. None for a token from elsewhere."""
        if token == self._first:
            return self._clock.now()
        prefix, _, rest = token.partition("-")
        issued, _, signature = rest.rpartition("-")
        if prefix != _KIND or not hmac.compare_digest(signature, self._signature(issued)):
            return None
        return datetime.fromtimestamp(float(issued.partition("-")[0]), UTC)

    def _signature(self, issued: str) -> str:
        return hmac.new(self._secret.encode(), issued.encode(), hashlib.sha256).hexdigest()[:24]
