"""What pages offer to do: to those who may, of what can be done."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from include.orderhouse.warehouse.syncs.status import reconnect, set_status
from tests.plugin.browsing import PAGES, Visit, seen, show
from tests.plugin.warehouse import REJECTED

__all__ = ["seen"]

RUN = "connections/acme_us/sync"


@pytest.fixture
def disconnected(seen: sa.Engine) -> Iterator[str]:
    """A connection with loaded orders and a reject."""
    set_status(seen, "acme_us", "acme", "odoo", "disconnected")
    yield "acme_us"
    reconnect(seen, "acme_us")
    set_status(seen, "acme_us", "acme", "odoo", "online")


@pytest.mark.usefixtures("seen")
def test_who_may_only_look_is_shown_no_button_that_acts(visit: Visit) -> None:
    for path in PAGES:
        assert show(visit("vic"), path).actions() == []


@pytest.mark.usefixtures("seen")
def test_users_who_may_trigger_get_the_buttons_of_what_is_enabled(visit: Visit) -> None:
    page = show(visit("uma"), "/")
    assert set(page.all("button", "data-post")) == {
        f"connections/{name}/sync" for name in ("acme_us", "acme_eu", "globex", "initech")
    }
    bodies = show(visit("uma"), "/connections/acme_us").all("button", "data-body")
    assert [re.findall(r'"mode": "(\w+)"', body) for body in bodies] == [
        ["auto"], ["initial"], ["full_resync"], ["reconcile"], ["remap"]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "actions"),
    [
        ("/mapping/odoo?connection=acme_us", [RUN]),
        ("/rejects?connection=acme_us", [RUN, "replay", "dismiss"]),
        (f"/rejects/{REJECTED}", [RUN, REJECTED]),
    ],
)
@pytest.mark.usefixtures("seen")
def test_remap_replay_and_dismiss_are_offered_where_there_is_something_to_do(
    visit: Visit, path: str, actions: list[str]
) -> None:
    assert show(visit("uma"), path).actions() == actions


@pytest.mark.parametrize(
    ("path", "actions"),
    [
        ("/connections/{}", []),
        ("/mapping/odoo?connection={}", []),
        ("/rejects?connection={}", ["dismiss"]),
        (f"/rejects/{REJECTED}", [REJECTED]),
    ],
)
def test_no_page_offers_a_run_of_a_disconnected_connection_and_each_says_why(
    visit: Visit, disconnected: str, path: str, actions: list[str]
) -> None:
    page = show(visit("uma"), path.format(disconnected))
    assert page.actions() == actions
    assert "acme_us is disconnected: nothing of it is read or loaded; what it has loaded stays." in page.text
    assert "To sync it again: scripts/orderhouse reconnect acme_us." in page.text


@pytest.mark.parametrize("path", ["/connections/acme_off", "/mapping/odoo?connection=acme_off"])
@pytest.mark.usefixtures("seen")
def test_no_page_offers_a_run_of_what_is_not_enabled(visit: Visit, path: str) -> None:
    page = show(visit("uma"), path)
    assert page.actions() == []
    assert "acme_off is not enabled in connections.yaml." in page.text
