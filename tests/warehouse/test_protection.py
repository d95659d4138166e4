"""What protects the warehouse, as its server and this machine show it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.orderhouse.master_key import COMMAND, FILE, KEY, MasterKeys
from include.orderhouse.warehouse.access import protection as looks
from include.orderhouse.warehouse.access.protection import Finding, Verdict, of_master_keys, protection
from include.orderhouse.warehouse.keys.keyring import Keyring
from tests.warehouse.test_roles import acting_as, logins

__all__ = ["logins"]


def by_subject(findings: list[Finding]) -> dict[str, Finding]:
    return {found.subject: found for found in findings}


@pytest.fixture
def loader(url: str, logins: None) -> Iterator[sa.Engine]:
    """The warehouse as the login of syncs."""
    with acting_as(url, "loader") as engine:
        yield engine


def test_an_ordinary_login_over_a_socket_is_good_and_a_superuser_is_not(engine: sa.Engine, loader: sa.Engine) -> None:
    good, bad = by_subject(protection(loader, engine)), by_subject(protection(engine, engine))
    assert (good["sessions of syncs"].verdict, good["login of syncs"].verdict) == (Verdict.GOOD, Verdict.GOOD)
    assert bad["login of syncs"].verdict is Verdict.BAD
    assert "grants --apply --loader" in bad["login of syncs"].action


def test_a_login_that_row_level_security_does_not_hold_is_told(url: str, engine: sa.Engine) -> None:
    with engine.begin() as session:
        session.exec_driver_sql("CREATE ROLE passer LOGIN BYPASSRLS")
    with acting_as(url, "passer") as passer:
        found = by_subject(protection(passer, engine))["login of syncs"]
    assert (found.verdict, found.seen) == (Verdict.BAD, "passer passes by row-level security")


@pytest.mark.parametrize(
    ("encrypted", "verdict"), [(True, Verdict.GOOD), (False, Verdict.UNSEEN), (None, Verdict.UNSEEN)]
)
def test_the_storage_of_a_server_on_this_machine_is_that_of_its_disk(
    encrypted: bool | None, verdict: Verdict, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(looks, "is_encrypted", lambda folder: asked.append(folder) or encrypted)
    found = by_subject(protection(engine, engine))["storage of the warehouse"]
    assert found.verdict is verdict
    assert (asked[0] / "PG_VERSION").exists()
    assert (found.action == "") is (verdict is Verdict.GOOD)


def test_a_login_that_may_not_see_the_folder_is_told_whom_to_ask(loader: sa.Engine) -> None:
    found = by_subject(protection(loader, loader))["storage of the warehouse"]
    assert (found.verdict, "does not tell" in found.seen, "Ask" in found.action) == (Verdict.UNSEEN, True, True)


@pytest.mark.parametrize(("provider", "verdict"), [("rds", Verdict.UNSEEN), ("azure", Verdict.GOOD)])
def test_a_managed_server_is_known_by_its_own_settings(provider: str, verdict: Verdict, engine: sa.Engine) -> None:
    with engine.begin() as session:
        session.execute(sa.text(f"ALTER DATABASE {engine.url.database} SET {provider}.extensions = 'citext'"))
    engine.dispose()
    assert by_subject(protection(engine, engine))["storage of the warehouse"].verdict is verdict


def test_the_disk_of_this_machine_says_nothing_of_a_server_elsewhere(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "_is_here", lambda session: False)
    monkeypatch.setattr(looks, "is_encrypted", lambda folder: True)
    found = by_subject(protection(engine, engine))["storage of the warehouse"]
    assert (found.verdict, found.seen) == (Verdict.UNSEEN, "the server does not tell")


def test_a_server_that_encrypts_some_tables_does_not_protect_the_others(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "is_encrypted", lambda folder: False)
    told = []
    with engine.begin() as session:
        session.exec_driver_sql("CREATE ACCESS METHOD tde_heap TYPE TABLE HANDLER heap_tableam_handler")
        names = session.exec_driver_sql("""
            SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND n.nspname IN ('procurement', 'ops', 'vault')
        """)
        tables = names.scalars().all()
    for some in (tables[:1], tables[1:]):
        with engine.begin() as session:
            for table in some:
                session.exec_driver_sql(f"ALTER TABLE {table} SET ACCESS METHOD tde_heap")
        told.append(by_subject(protection(engine, engine))["storage of the warehouse"].verdict)
    assert told == [Verdict.UNSEEN, Verdict.GOOD]


@pytest.mark.parametrize("suffix", ["ACME", "ACEM", "LEFT_", "left"])
def test_an_own_master_key_that_no_customer_uses_is_told(
    engine: sa.Engine, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would know that the installation's key wraps in its place."""
    Keyring(engine, lambda *_: MasterKeys([b"1" * 32])).cipher("left")
    for used in (f"{FILE}__LEFT", f"{COMMAND}__ACME_EU"):
        monkeypatch.setenv(used, "planted-key")
    customers = ["Acme", "acme-eu", "acme_eu"]
    assert of_master_keys(engine, customers).verdict is Verdict.GOOD
    for unused in (KEY, FILE):
        monkeypatch.setenv(f"{unused}__{suffix}", "planted-key")
    told = of_master_keys(engine, customers)
    assert (told.verdict, told.seen) == (Verdict.BAD, f"no customer uses {KEY}_FILE__{suffix}, {KEY}__{suffix}")


def test_passwords_that_are_kept_as_md5_are_told(engine: sa.Engine) -> None:
    assert by_subject(protection(engine, engine))["passwords on the server"].verdict is Verdict.GOOD
    with engine.begin() as session:
        session.execute(sa.text(f"ALTER DATABASE {engine.url.database} SET password_encryption = 'md5'"))
    engine.dispose()
    told = by_subject(protection(engine, engine))["passwords on the server"]
    assert (told.verdict, told.seen) == (Verdict.BAD, "md5")
