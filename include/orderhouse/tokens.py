"""Rotating OAuth 2.0 tokens, and the promise of the store that keeps them.

With every refresh the vendor gives a new refresh token and takes the old one back, so a chain of them begins with the
one a person entered. Whoever loses the latest link has lost the access.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Tokens:
    """The latest link of a chain. Never shown."""

    refresh_token: str = field(repr=False)
    access_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    """When the access token ends, by the clock of whoever fetched it."""


class TokenChain(Protocol):
    """A chain while nobody else may touch it."""

    tokens: Tokens
    """The latest link that was kept, or the first one."""

    def keep(self, tokens: Tokens) -> None:
        """Make ``tokens`` the latest link. When this returns they outlive a crash; nobody may use them before."""


class TokenStore(Protocol):
    """Keeps one chain of tokens, for all tasks and machines that use it."""

    def hold(self, first_token: str) -> AbstractContextManager[TokenChain]:
        """The chain that began with ``first_token``, held exclusively; another holder is waited for.

        A first token that is new to the store begins a new chain.
        """
