"""Certificates made for a test: an authority, what it signs, and its list of what it has revoked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, as a PEM file holds them."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def write(self, file: Path, password: str | None = None) -> str:
        """Write certificate and key into one file; where it is."""
        encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
        file.write_bytes(self.certificate.public_bytes(Encoding.PEM) + key)
        return str(file)

    @property
    def der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(Encoding.DER)


@dataclass(frozen=True)
class Authority:
    """A certificate authority of its own."""

    name: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @cached_property
    def certificate(self) -> x509.Certificate:
        """Its own certificate."""
        made = _builder(self._name, self._name, self.key.public_key(), 3 * DAY)
        return made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(
            self.key, hashes.SHA256()
        )

    def issue(self, host: str = "127.0.0.1", ends_in: timedelta = DAY) -> Certificate:
        """A certificate for a host; ``ends_in`` less than nothing is in the past."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        made = _builder(subject, self._name, key.public_key(), ends_in)
        made = made.add_extension(x509.SubjectAlternativeName([_alternative(host)]), critical=False)
        return Certificate(made.sign(self.key, hashes.SHA256()), key)

    def write(self, file: Path) -> str:
        """Write the authority's certificate; where it is."""
        file.write_bytes(self.certificate.public_bytes(Encoding.PEM))
        return str(file)

    def write_revoked(self, file: Path, *revoked: Certificate, ends_in: timedelta = DAY) -> str:
        """Write the list of what the authority has revoked; where it is."""
        now = datetime.now(UTC)
        made = x509.CertificateRevocationListBuilder().issuer_name(self._name)
        made = made.last_update(now - 2 * DAY).next_update(now + ends_in)
        for one in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number)
            made = made.add_revoked_certificate(entry.revocation_date(now - DAY).build())
        file.write_bytes(made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM))
        return str(file)

    @property
    def _name(self) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])


def self_signed(host: str = "127.0.0.1") -> Certificate:
    """A certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = _builder(name, name, key.public_key(), DAY)
    made = made.add_extension(x509.SubjectAlternativeName([_alternative(host)]), critical=False)
    return Certificate(made.sign(key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, ends_in: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    made = made.serial_number(x509.random_serial_number())
    return made.not_valid_before(now - 3 * DAY).not_valid_after(now + ends_in)


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
