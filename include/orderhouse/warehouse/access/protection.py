"""What protects the warehouse itself, as far as its server and this machine show it.

Nothing here can be proved from within where a provider encrypts below the server; then the finding says where to look.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from include.orderhouse.disks import is_encrypted
from include.orderhouse.master_key import unused_own_keys
from include.orderhouse.warehouse.engine import outages_named
from include.orderhouse.warehouse.keys.keyring import Keyring


class Verdict(StrEnum):
    """Whether something is protected."""

    GOOD = "good"
    BAD = "bad"
    UNSEEN = "not to be seen"


@dataclass(frozen=True)
class Finding:
    """What was looked at, what was seen, and what to do about it; nothing where it is good."""

    subject: str
    verdict: Verdict
    seen: str
    action: str = ""


PROVIDERS = {
    "azure.extensions": (Verdict.GOOD, "Azure Database for PostgreSQL, which encrypts its storage always", ""),
    "cloudsql.iam_authentication": (Verdict.GOOD, "Cloud SQL, which encrypts its storage always", ""),
    "rds.extensions": (
        Verdict.UNSEEN,
        "Amazon RDS, which does not tell its clients",
        "Look up StorageEncrypted: aws rds describe-db-instances, or describe-db-clusters.",
    ),
}
"""Managed servers by a setting that only they have. Sources: the providers' pages on encryption at rest."""

_SESSION = sa.text("""
    SELECT tls.ssl, tls.version, tls.cipher, inet_client_addr() IS NULL
        OR inet_client_addr() <<= '127.0.0.0/8' OR inet_client_addr() = '::1' AS is_here
    FROM (SELECT pg_backend_pid() AS pid) AS mine LEFT JOIN pg_stat_ssl AS tls USING (pid)
""")
_LOGIN = sa.text("SELECT session_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = session_user")
_SETTINGS = sa.text("SELECT name FROM unnest(cast(:names AS text[])) AS name WHERE current_setting(name, true) <> ''")
_METHODS = sa.text("""
    SELECT DISTINCT method.amname FROM pg_class AS held JOIN pg_am AS method ON method.oid = held.relam
    WHERE held.relkind IN ('r', 'm')
        AND held.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('procurement', 'ops', 'vault'))
""")
_EDB = sa.text("SELECT to_jsonb(init) ->> 'data_encryption_version' FROM pg_control_init() AS init")
_SHOWN = sa.text("SELECT setting FROM pg_settings WHERE name = :name")


def protection(engine: sa.Engine, owner: sa.Engine) -> list[Finding]:
    """What is seen of the sessions of syncs (``engine``) and of the server, which tells more to its ``owner``."""
    with outages_named(), engine.connect() as session:
        found = [_transport(session), _login(session)]
    with outages_named(), owner.connect() as session:
        return [*found, _passwords(session), _storage(session, _is_here(session))]


def of_master_keys(engine: sa.Engine, customers: Iterable[str]) -> Finding:
    """Whether somebody uses each customer's own master key; ``customers`` are those of connections.yaml."""
    subject = "customers' own master keys"
    if unused := unused_own_keys({*customers, *Keyring.of(engine).customers()}):
        return Finding(
            subject,
            Verdict.BAD,
            f"no customer uses {', '.join(unused)}",
            "End the setting in its customer's name in upper case; only names of lower-case letters, digits and "
            "underscores have one.",
        )
    return Finding(subject, Verdict.GOOD, "all that this process has are used")


def of_folder(subject: str, folder: Path) -> Finding:
    """Whether files of this machine lie on an encrypted disk."""
    encrypted = is_encrypted(folder)
    if encrypted:
        return Finding(subject, Verdict.GOOD, f"{folder} is on an encrypted disk")
    seen = "is on a disk that this system does not encrypt" if encrypted is False else "is on a disk of unknown kind"
    return Finding(
        subject,
        Verdict.UNSEEN,
        f"{folder} {seen}",
        "Encrypt it (LUKS), unless who provides the machine does.",
    )


def _transport(session: sa.Connection) -> Finding:
    encrypted, version, cipher, is_here = session.execute(_SESSION).one()
    subject = "sessions of syncs"
    if encrypted:
        return Finding(subject, Verdict.GOOD, f"{version}, {cipher}")
    if is_here:
        return Finding(subject, Verdict.GOOD, "no TLS, and they do not leave this machine")
    return Finding(subject, Verdict.BAD, "no TLS", "Add sslmode=verify-full to the address; see docs/security.md.")


def _login(session: sa.Connection) -> Finding:
    name, is_superuser, sees_all = session.execute(_LOGIN).one()
    if is_superuser or sees_all:
        power = "is a superuser" if is_superuser else "passes by row-level security"
        action = "Make a login for the syncs: scripts/orderhouse grants --apply --loader NAME."
        return Finding("login of syncs", Verdict.BAD, f"{name} {power}", action)
    return Finding("login of syncs", Verdict.GOOD, f"{name} is neither superuser nor exempt from row-level security")


def _passwords(session: sa.Connection) -> Finding:
    kept = _shown(session, "password_encryption")
    if kept == "scram-sha-256":
        return Finding("passwords on the server", Verdict.GOOD, kept)
    action = "Set password_encryption = 'scram-sha-256' and give each login its password anew."
    return Finding("passwords on the server", Verdict.BAD, str(kept), action)


def _storage(session: sa.Connection, is_here: bool) -> Finding:
    """Encryption at rest: of the provider, of the server itself, or of the disk below it."""
    return next(iter(_encrypting(session, is_here)))


def _encrypting(session: sa.Connection, is_here: bool) -> Iterator[Finding]:
    subject = "storage of the warehouse"
    for setting in session.execute(_SETTINGS, {"names": list(PROVIDERS)}).scalars():
        yield Finding(subject, *PROVIDERS[setting])
    if set(session.execute(_METHODS).scalars()) == {"tde_heap"}:
        yield Finding(subject, Verdict.GOOD, "all tables are encrypted by pg_tde")
    if (session.execute(_EDB).scalar() or "0") != "0":
        yield Finding(subject, Verdict.GOOD, "the server encrypts its data (EDB TDE)")
    folder = _shown(session, "data_directory")
    if is_here and folder:
        yield of_folder(subject, Path(folder))
    action = "Ask who runs the server whether its disks and backups are encrypted."
    yield Finding(subject, Verdict.UNSEEN, "the server does not tell", action)


def _is_here(session: sa.Connection) -> bool:
    return bool(session.execute(_SESSION).one().is_here)


def _shown(session: sa.Connection, name: str) -> Any:
    """A setting; None where the login may not see it."""
    return session.execute(_SHOWN, {"name": name}).scalar()
