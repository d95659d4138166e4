"""Parameters of the API: one that is misspelt or misread would find everything, or nothing."""

from __future__ import annotations

import pytest

from include.orchestration.ui.api.connections import SyncOrder
from tests.plugin.asking import API, Visit


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/orders?modified_form=2026-01-01T00:00:00Z", "query.modified_form: there is no such parameter; its "),
        ("/runs?connection=globex&connection=acme_us", "query.connection: give it once."),
        ("/connections/globex/sync-status?limit=1", "query.limit: there is no such parameter; it has none."),
        ("/openapi.json?version=2", "query.version: there is no such parameter; it has none."),
    ],
)
@pytest.mark.usefixtures("warehouse")
def test_a_parameter_that_the_endpoint_does_not_have_is_refused(visit: Visit, path: str, told: str) -> None:
    answer = visit("vic").get(f"{API}{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "INVALID_REQUEST")
    assert answer.json()["error"]["message"].startswith(told)


@pytest.mark.parametrize("instant", ["20261001", "1790000000", "2026"])
@pytest.mark.usefixtures("warehouse")
def test_a_number_is_no_instant_but_a_date_that_was_not_written_out(visit: Visit, instant: str) -> None:
    """As seconds since 1970 it would find everything, or nothing."""
    for path in ("/orders?modified_to", "/orders?loaded_from", "/runs?started_from", "/rejects?rejected_to"):
        answer = visit("vic").get(f"{API}{path}={instant}")
        assert (path, answer.status_code) == (path, 422)
        assert "write the instant out, as in 2026-10-01T00:00:00Z" in answer.json()["error"]["message"]
    with pytest.raises(ValueError, match="write the instant out"):
        SyncOrder.model_validate({"mode": "window", "window_start": int(instant), "window_end": "2026-10-01T00:00:00Z"})
