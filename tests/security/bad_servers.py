"""Servers that must not be spoken to: one table, for every client that Orderhouse has."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from tests.security.authorities import DAY, Authority, Certificate, self_signed, weak_key
from tests.security.servers import ANCIENT, tls_context

AUTHORITY = Authority("Acme's own authority")
SOMEBODY = Authority("Somebody")
_REVOKED = AUTHORITY.issue()


@dataclass(frozen=True)
class Server:
    """A server, and what a client is told about it beforehand."""

    saying: str = ""
    """What the refusal speaks of: a pattern, of OpenSSL's words."""
    certificate: Certificate | None = field(default_factory=AUTHORITY.issue)
    version: ssl.TLSVersion | None = None
    ciphers: str = ANCIENT
    is_encrypted: bool = True
    revocation_list: bytes | None = None
    """The list that the client is given, in PEM."""

    def context(self, folder: Path) -> ssl.SSLContext | None:
        """How it shakes hands; None where it does not."""
        if not self.is_encrypted:
            return None
        file = self.certificate.write(folder / "server.pem") if self.certificate else None
        return tls_context(file, self.version, ciphers=self.ciphers)


GOOD = {
    "TLS 1.2": Server(version=ssl.TLSVersion.TLSv1_2),
    "TLS 1.3": Server(version=ssl.TLSVersion.TLSv1_3),
    "not on the list of revoked": Server(revocation_list=AUTHORITY.revoke(_REVOKED)),
}

OLD = {"version": ssl.TLSVersion.TLSv1_2}
"""TLS 1.3 has none of these ciphers."""
BAD = {
    "no TLS": Server("wrong version|record layer|disconnected|EOF", is_encrypted=False),
    "TLS 1.0": Server("protocol", version=ssl.TLSVersion.TLSv1),
    "TLS 1.1": Server("protocol", version=ssl.TLSVersion.TLSv1_1),
    "no certificate at all": Server("handshake failure", None, ciphers="aNULL:@SECLEVEL=0", **OLD),
    "no encryption": Server("handshake failure", ciphers="eNULL:@SECLEVEL=0", **OLD),
    "a key too short": Server("key too (small|weak)", AUTHORITY.issue(key=weak_key()), **OLD),
    "expired": Server("expired", AUTHORITY.issue(ends_in=-DAY)),
    "not yet valid": Server("not yet valid", AUTHORITY.issue(begins_in=DAY / 2)),
    "self-signed": Server("self.signed|unable to get local issuer", self_signed()),
    "of another host": Server(
        "IP address mismatch|Hostname mismatch|not valid for", AUTHORITY.issue("erp.example.com")
    ),
    "of another authority": Server("unable to get local issuer", SOMEBODY.issue()),
    "signed by who is no authority": Server("invalid CA|unsuitable|unable to get", AUTHORITY.issue_by_nobody()),
    "a client's certificate": Server("unsuitable certificate purpose", AUTHORITY.issue_for_clients()),
    "revoked": Server("revoked", _REVOKED, revocation_list=AUTHORITY.revoke(_REVOKED)),
    "vouched for by an old list": Server("CRL has expired", revocation_list=AUTHORITY.revoke(ends_in=-DAY)),
    "on no list of its authority": Server("unable to get certificate CRL", revocation_list=SOMEBODY.revoke()),
}
