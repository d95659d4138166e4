"""Airflow's real API server in this process, with the plugin mounted, over a metadata database of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests import airflow_library as airflow_library

ROLES = {"ada": "ADMIN", "uma": "USER", "vic": "VIEWER"}
"""Users of Airflow's simple auth manager by their role."""

os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"] = ",".join(f"{name}:{role}" for name, role in ROLES.items())
os.environ["AIRFLOW__API_AUTH__JWT_SECRET"] = (
    "planted in the tests, and longer than the sixty-four bytes that are asked for"
)


@pytest.fixture(scope="session")
def airflow_app() -> Iterator[object]:
    """The application that ``airflow api-server`` serves."""
    from airflow import settings
    from airflow.api_fastapi.app import create_app
    from airflow.utils.db import initdb

    settings.configure_orm()
    initdb()
    yield create_app(apps="core")
    settings.dispose_orm()


@pytest.fixture
def token(airflow_app: object) -> dict[str, str]:
    """A valid token of each user."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    manager = get_auth_manager()
    return {name: manager.generate_jwt(SimpleAuthManagerUser(username=name, role=role)) for name, role in ROLES.items()}
