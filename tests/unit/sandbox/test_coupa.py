"""Coupa's lists in the sandbox: made once, and anew when something of the company has changed."""

from __future__ import annotations

import httpx

from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.running import sandbox


def test_a_list_that_is_asked_for_again_shows_what_changed_meanwhile(company: Company, clock: Clock) -> None:
    with sandbox(company, ["coupa"], clock) as served, httpx.Client(base_url=served.url("coupa")) as client:
        known = served.world("coupa").credentials
        form = {"grant_type": "client_credentials", "scope": "core.purchase_order.read"}
        form |= {name: known[name] for name in ("client_id", "client_secret")}
        token = client.post("/oauth2/token", data=form).json()["access_token"]
        client.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/json"})

        def listed() -> list[int]:
            query = {"fields": '["id"]', "order_by": "id", "id[lt]": "20"}
            return [row["id"] for row in client.get("/api/purchase_orders", params=query).json()]

        before = listed()
        served.act(history.delete, before[0])
        assert len(before) > 2
        assert listed() == before[1:]
