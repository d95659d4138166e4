"""Airflow's real API server in this process, with the plugin mounted, over databases of the tests' own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from include.orderhouse.warehouse.embedded import Server
from tests import airflow_library as airflow_library
from tests.plugin.limited_users import LIMITED
from tests.plugin.warehouse import fill, write_connections
from tests.warehouse.conftest import database

ROLES = {"ada": "ADMIN", "uma": "USER", "vic": "VIEWER"}
"""Users of Airflow's simple auth manager by their role."""

EVERYONE = {**ROLES, **LIMITED}
os.environ["AIRFLOW__CORE__AUTH_MANAGER"] = "tests.plugin.limited_users.LimitedAuthManager"
os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"] = ",".join(f"{name}:{role}" for name, role in EVERYONE.items())
os.environ["AIRFLOW__API_AUTH__JWT_SECRET"] = (
    "planted in the tests, and longer than the sixty-four bytes that are asked for"
)


@pytest.fixture(scope="session")
def airflow_app() -> Iterator[Any]:
    """The application that ``airflow api-server`` serves."""
    from airflow import settings
    from airflow.api_fastapi.app import create_app
    from airflow.utils.db import initdb

    settings.configure_orm()
    initdb()
    yield create_app(apps="core")
    settings.dispose_orm()


@pytest.fixture(scope="session")
def token(airflow_app: object) -> dict[str, str]:
    """A valid token of each user."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    manager = get_auth_manager()
    return {
        name: manager.generate_jwt(SimpleAuthManagerUser(username=name, role=role)) for name, role in EVERYONE.items()
    }


@pytest.fixture
def client(airflow_app: Any) -> TestClient:
    """A client that is nobody."""
    return TestClient(airflow_app, follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture
def visit(airflow_app: Any, token: dict[str, str]) -> Callable[[str], TestClient]:
    """A client of each user."""

    def as_user(name: str) -> TestClient:
        headers = {"Authorization": f"Bearer {token[name]}"}
        return TestClient(airflow_app, headers=headers, follow_redirects=False, raise_server_exceptions=False)

    return as_user


@pytest.fixture(scope="module")
def warehouse(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """A filled warehouse and its connections, which the application uses; the tests of a module share it."""
    from include.orchestration.ui import surroundings

    with pytest.MonkeyPatch.context() as settings, database(server) as url:
        settings.setenv("ORDERHOUSE_CONNECTIONS", str(write_connections(tmp_path_factory.mktemp("connections"))))
        settings.setenv("ORDERHOUSE_WAREHOUSE_URL", url)
        surroundings.warehouse.cache_clear()
        engine = surroundings.warehouse()
        fill(engine)
        yield engine
        engine.dispose()
    surroundings.warehouse.cache_clear()
