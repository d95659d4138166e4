"""How a source proves who it is over TLS, and how we prove who we are: the contexts of its connections."""

from __future__ import annotations

import hashlib
import re
import ssl
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache

import httpx

from include.orderhouse.errors import ConfigurationInvalid, SourceUntrusted

OLDEST = ssl.TLSVersion.TLSv1_2
PIN = re.compile(r"sha256/[A-Za-z0-9+/]{43}=")
"""A pin: SHA-256 of the public key (SubjectPublicKeyInfo, DER) in Base64, as in RFC 7469."""

_NO_TLS = frozenset({"wrong version number", "record layer failure", "packet length too long"})
"""What OpenSSL says of an answer that is no TLS at all, such as one by plain HTTP."""
_HARMLESS = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
"""Errors of a dropped connection, which say nothing about trust."""


@dataclass(frozen=True)
class Trust:
    """Whom a connection trusts, beyond the authorities that the machine trusts. Files are PEM."""

    authority: str | None = None
    """The authority of the source's certificate, in place of the machine's."""
    client_certificate: str | None = None
    """Our certificate and its private key, shown to a source that asks."""
    client_key_password: str | None = field(default=None, repr=False)
    pins: tuple[str, ...] = ()
    """Public keys, one of which the source must have; see `PIN`."""
    revocation_list: str | None = None
    """The authority's list of revoked certificates; with it, one that is revoked or that no list covers is refused."""


@cache
def public_context() -> ssl.SSLContext:
    """For hosts that have no options of their own. Reading some hundred authorities takes longer than a request, so
    all share one, which nobody may change.
    """
    return _machines_context()


def own_context(trust: Trust) -> ssl.SSLContext:
    """For a host that is to be trusted so; made anew where files are named, which may be renewed meanwhile.

    Raises ConfigurationInvalid naming the option whose file cannot be used.
    """
    if not (trust.authority or trust.client_certificate or trust.revocation_list):
        return public_context()
    context = _private_context(trust.authority) if trust.authority else _machines_context()
    if trust.revocation_list:
        _load("revocation_list", trust.revocation_list, context)
        context.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF
    if trust.client_certificate:
        try:
            context.load_cert_chain(trust.client_certificate, password=trust.client_key_password or "")
        except (OSError, ValueError) as error:
            raise _unusable("client_certificate", trust.client_certificate, "certificate with its key") from error
    return context


def _machines_context() -> ssl.SSLContext:
    """Trusts the authorities of the machine, and those of certifi."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    context.minimum_version = OLDEST
    return context


def _private_context(authority: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = OLDEST
    _load("authority", authority, context)
    return context


def _load(option: str, file: str, context: ssl.SSLContext) -> None:
    try:
        context.load_verify_locations(cafile=file)
    except (OSError, ValueError) as error:
        what = "list of revoked certificates" if option == "revocation_list" else "certificate"
        raise _unusable(option, file, what) from error


def _unusable(option: str, file: str, what: str) -> ConfigurationInvalid:
    return ConfigurationInvalid(
        f"tls.{option}: {file} holds no usable {what}.",
        action="Name a PEM file that Airflow's workers can read; the password of an encrypted key is "
        "client_key_password in the extra JSON of the Airflow Connection.",
    )


def pin_of(certificate: bytes) -> str:
    """The pin of a certificate in DER."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = x509.load_der_x509_certificate(certificate).public_key()
    found = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"sha256/{b64encode(hashlib.sha256(found).digest()).decode('ascii')}"


def check_pin(certificate: bytes | None, pins: Collection[str], host: str) -> None:
    """Raise SourceUntrusted where there are pins and the certificate's key is none of them."""
    if pins and (certificate is None or pin_of(certificate) not in pins):
        raise SourceUntrusted(
            f"{host} shows a certificate whose key is none of tls.pins.",
            action="Nothing was sent. If the source has a new key, add its pin; else somebody stands in between.",
        )


def untrusted(error: BaseException | None, host: str) -> SourceUntrusted | None:
    """What a failure of TLS says in our terms; None where it is no matter of trust, such as a dropped connection."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    if error is None or isinstance(error, _HARMLESS):
        return None
    said = getattr(error, "verify_message", None) or (error.reason or str(error)).replace("_", " ").lower()
    if said in _NO_TLS:
        return SourceUntrusted(
            f"No TLS connection to {host}: what answers there does not speak TLS ({said}).",
            action="Correct the host in the Airflow Connection: the port that speaks it, or http:// if that is meant.",
        )
    return SourceUntrusted(
        f"No TLS connection to {host} that can be trusted: {said}.",
        action="Let the source renew its certificate and speak TLS 1.2 or newer; name its authority, the client "
        "certificate that it asks for or a newer revocation list under tls of the connection.",
    )
