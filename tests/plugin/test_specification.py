"""The API held against its own OpenAPI description, with requests that schemathesis makes up, good and bad."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
import schemathesis
import sqlalchemy as sa
from hypothesis import HealthCheck, assume, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from include.orderhouse.warehouse.syncs.status import STATES


@pytest.fixture(scope="module")
def specification(airflow_app: Any, token: dict[str, str], warehouse: sa.Engine) -> Any:
    """The description as the API gives it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ORDERHOUSE_API_REQUESTS_PER_MINUTE", "1000000")
        yield schemathesis.openapi.from_asgi(
            "/orderhouse/api/v1/openapi.json", airflow_app, headers=_login(token["ada"])
        )


@pytest.mark.parametrize("mode", GenerationMode)
def test_every_answer_is_as_described(specification: Any, token: dict[str, str], mode: GenerationMode) -> None:
    for found in specification.get_all_operations():
        _hold(found.ok(), mode, _login(token["ada"]))


def test_the_description_names_every_endpoint(specification: Any) -> None:
    paths = specification.raw_schema["paths"]
    assert {(method, path.removeprefix("/api/v1")) for path, methods in paths.items() for method in methods} == {
        ("get", "/connections"),
        ("get", "/connections/{name}/sync-status"),
        ("post", "/connections/{name}/sync"),
        ("post", "/connections/{name}/test"),
        ("get", "/connectors/{name}/mapping"),
        ("get", "/orders"),
        ("get", "/rejects"),
        ("get", "/rejects/{reject_id}"),
        ("post", "/rejects/dismiss"),
        ("get", "/runs"),
        ("get", "/runs/{sync_id}"),
        ("get", "/webhooks"),
        ("post", "/webhooks/{subscription}/test"),
    }


def test_the_description_names_every_state_of_a_connection(specification: Any) -> None:
    described = specification.raw_schema["components"]["schemas"]["ConnectionState"]["properties"]["state"]["enum"]
    assert set(described) == {*STATES, "never_synced"}


def _login(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _hold(operation: Any, mode: GenerationMode, login: dict[str, str]) -> None:
    """Send requests of an operation, and hold each answer to what is described.

    A made-up cursor is refused although its form is right; so requests of the right form may be. A path with a line
    break reaches no mounted application: Airflow itself answers that there is nothing.
    """

    @settings(max_examples=12, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Case) -> None:
        assume("\n" not in unquote(case.formatted_path))
        case.call_and_validate(headers=login, excluded_checks=[positive_data_acceptance])

    send()
