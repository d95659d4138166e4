"""Certificates made for a test: an authority, what it signs, and its list of what it has revoked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from include.orderhouse.http.tls import public_context

DAY = timedelta(days=1)
HERE = "127.0.0.1"
"""This machine; a certificate for it is one for ``localhost`` as well."""
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, as a PEM file holds them."""

    certificate: x509.Certificate
    key: Key
    chain: tuple[x509.Certificate, ...] = ()
    """What stands between it and the authority."""

    def write(self, file: Path, password: str | None = None) -> str:
        """Write certificate, chain and key into one file; where it is."""
        encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
        shown = b"".join(one.public_bytes(Encoding.PEM) for one in (self.certificate, *self.chain))
        file.write_bytes(shown + key)
        return str(file)

    @property
    def der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(Encoding.DER)


@dataclass(frozen=True)
class Authority:
    """A certificate authority of its own."""

    name: str
    key: Key = field(default_factory=lambda: strong_key())

    @cached_property
    def certificate(self) -> x509.Certificate:
        """Its own certificate."""
        made = _builder(self._name, self._name, self.key, 3 * DAY)
        return made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(
            self.key, hashes.SHA256()
        )

    def issue(
        self, host: str = HERE, ends_in: timedelta = DAY, begins_in: timedelta = -3 * DAY, key: Key | None = None
    ) -> Certificate:
        """A certificate for a host; ``ends_in`` less than nothing is in the past."""
        return self._issued(_served(host, self._name, key := key or strong_key(), ends_in, begins_in), key)

    def issue_for_clients(self, host: str = HERE) -> Certificate:
        """A certificate with which its owner may call, but not be called."""
        made = _served(host, self._name, key := strong_key())
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        return self._issued(made.add_extension(usage, critical=True), key)

    def issue_by_nobody(self, host: str = HERE) -> Certificate:
        """A certificate signed with one of the authority's that may sign none."""
        between = self.issue("between")
        signed = _served(host, between.certificate.subject, key := strong_key()).sign(between.key, hashes.SHA256())
        return Certificate(signed, key, (between.certificate,))

    def _issued(self, made: x509.CertificateBuilder, key: Key) -> Certificate:
        return Certificate(made.sign(self.key, hashes.SHA256()), key)

    def write(self, file: Path) -> str:
        """Write the authority's certificate; where it is."""
        file.write_bytes(self.certificate.public_bytes(Encoding.PEM))
        return str(file)

    def revoke(self, *revoked: Certificate, ends_in: timedelta = DAY) -> bytes:
        """The list of what the authority has revoked, in PEM."""
        now = datetime.now(UTC)
        made = x509.CertificateRevocationListBuilder().issuer_name(self._name)
        made = made.last_update(now - 2 * DAY).next_update(now + ends_in)
        for one in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number)
            made = made.add_revoked_certificate(entry.revocation_date(now - DAY).build())
        return made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM)

    @property
    def _name(self) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])


def self_signed(host: str = HERE) -> Certificate:
    """A certificate that nobody vouches for."""
    key = strong_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    return Certificate(_served(host, name, key).sign(key, hashes.SHA256()), key)


def weak_key() -> Key:
    """A key that can be broken."""
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - which is the point


def strong_key() -> Key:
    """A key as they should be."""
    return ec.generate_private_key(ec.SECP256R1())


def _served(
    host: str, issuer: x509.Name, key: Key, ends_in: timedelta = DAY, begins_in: timedelta = -3 * DAY
) -> x509.CertificateBuilder:
    """The certificate of a host, to be signed."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = _builder(subject, issuer, key, ends_in, begins_in)
    names = (host, "localhost") if host == HERE else (host,)
    return made.add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Key, ends_in: timedelta, begins_in: timedelta = -3 * DAY
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    return made.not_valid_before(now + begins_in).not_valid_after(now + ends_in)


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


@contextmanager
def machine_trusting(file: str | None) -> Iterator[None]:
    """The authorities of this PEM file are those of the machine, as long as the context lasts."""
    with pytest.MonkeyPatch.context() as machine:
        machine.setenv("SSL_CERT_FILE", str(file))
        public_context.cache_clear()
        yield
    public_context.cache_clear()
