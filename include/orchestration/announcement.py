"""The asset event by which Airflow starts the DAG that reads what notifications name."""

from __future__ import annotations

import logging

from airflow.sdk import Asset

MAIL = Asset(name="notifications", uri="orderhouse://notifications")
"""Updated whenever sources have told of changes that nobody has read yet."""
log = logging.getLogger(__name__)


def announce_mail() -> None:
    """Tell, from within the API server, that a notification waits. If that fails, the courier tells within a minute."""
    from airflow.assets.manager import asset_manager
    from airflow.serialization.definitions.assets import SerializedAssetUniqueKey
    from airflow.utils.session import create_session

    try:
        with create_session() as session:
            key = SerializedAssetUniqueKey(name=MAIL.name, uri=str(MAIL.uri))
            asset_manager.register_asset_change(asset=key, session=session)
    except Exception:
        log.warning("A notification could not be announced", exc_info=True)
