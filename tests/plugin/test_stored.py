"""Watermarks and credentials as a process reads them that is no task."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from include.orderhouse.errors import ConfigurationInvalid, CredentialsUnavailable, WatermarkUnavailable


@pytest.mark.usefixtures("airflow_app")
def test_a_watermark_that_cannot_be_decrypted_is_not_taken_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """H8: the connection would be synced as if it never had been."""
    from airflow.models import variable
    from airflow.utils.session import create_session

    from include.orchestration.metadata import StoredWatermark

    stored = StoredWatermark("acme")
    assert stored.read() is None
    stored.write("2026-01-31T08:00:00Z")
    assert stored.read() == "2026-01-31T08:00:00Z"
    monkeypatch.setattr(variable, "get_fernet", lambda: Fernet(Fernet.generate_key()))
    with create_session() as session:
        session.execute(sa.update(variable.Variable).values(is_encrypted=True))
    with pytest.raises(WatermarkUnavailable, match="the value of the Variable purchase_orders_watermark__acme,"):
        stored.read()
    stored.forget()
    assert stored.read() is None


@pytest.mark.usefixtures("airflow_app")
def test_a_connection_that_cannot_be_decrypted_is_not_told_as_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.models import connection
    from airflow.utils.session import create_session

    from include.orchestration.metadata import stored_credentials

    file = tmp_path / "connections.yaml"
    file.write_text("connections: {acme: {connector: odoo, customer: acme, credentials: sealed}}", encoding="utf-8")
    monkeypatch.setenv("ORDERHOUSE_CONNECTIONS", str(file))
    with pytest.raises(ConfigurationInvalid, match="the Airflow Connection 'sealed', which does not exist"):
        stored_credentials("acme")
    with create_session() as session:
        session.add(connection.Connection("sealed", "http", host="https://x.example", password="planted"))
    assert stored_credentials("acme").base_url == "https://x.example"
    monkeypatch.setattr(connection, "get_fernet", lambda: Fernet(Fernet.generate_key()))
    with create_session() as session:
        kept = sa.update(connection.Connection).where(connection.Connection.conn_id == "sealed")
        session.execute(kept.values(is_encrypted=True))
    with pytest.raises(CredentialsUnavailable, match="'sealed' of connection 'acme': MetastoreBackend fails"):
        stored_credentials("acme")
    with create_session() as session:
        session.execute(sa.delete(connection.Connection).where(connection.Connection.conn_id == "sealed"))
