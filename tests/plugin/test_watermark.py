"""The watermark as a process reads it that is no task."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from include.orderhouse.errors import WatermarkUnavailable


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
    with pytest.raises(WatermarkUnavailable, match="has the Variable purchase_orders_watermark__acme, but does not"):
        stored.read()
    stored.forget()
    assert stored.read() is None
