"""How the tests read pages, and a warehouse that also knows fields and drift of a source."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from tests.plugin.warehouse import HOSTILE, REJECTED

MOUNT = "/orderhouse"
PAGES = (
    "/",
    "/connections/acme_us",
    "/connections/globex",
    "/mapping",
    "/mapping/odoo",
    "/mapping/odoo?connection=acme_us",
    "/rejects",
    "/rejects?connection=acme_us&state=all&since=2020-01-01&until=2999-01-01",
    f"/rejects/{REJECTED}",
    "/runs",
    "/runs?connection=globex&state=failed&mode=incremental",
    "/api",
)
Visit = Callable[[str], TestClient]


class Markup(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str, attribute: str) -> list[str]:
        """An attribute of all tags of a name that have it."""
        return [str(attributes[attribute]) for tag, attributes in self.tags if tag == name and attribute in attributes]

    def actions(self) -> list[str]:
        """What its buttons that act do."""
        attributes = ("data-post", "data-dismiss", "data-chosen", "data-test")
        return [found for attribute in attributes for found in self.all("button", attribute)]


def show(client: TestClient, path: str) -> Markup:
    """A page below the mount, which is there."""
    answer = client.get(f"{MOUNT}{path}", headers={"Accept": "text/html"})
    assert (path, answer.status_code) == (path, 200)
    return Markup(answer.text)


@pytest.fixture(scope="module")
def seen(warehouse: sa.Engine) -> sa.Engine:
    """Fields and drift of a source, with hostile names and samples."""
    fields = [
        ("x_budget", ["number"], "12.50"),
        ("order_line.x_phase", ["string"], HOSTILE),
        (HOSTILE, ["string"], "v"),
    ]
    fields += [("name", ["string"], HOSTILE), ("order_line", ["array"], None), ("tags", ["array"], None)]
    fields += [("tags.color", ["number"], "3"), ("x_review_date", ["string"], "2026-01-31")]
    with warehouse.begin() as session:
        for path, types, sample in fields:
            session.execute(_FIELD, {"path": path, "types": types, "sample": sample})
        session.execute(_DRIFT, {"path": HOSTILE})
    return warehouse


_FIELD = sa.text("""
    INSERT INTO ops.source_field
        (connection, path, json_types, records, present, recent_records, recent_present, sample,
         first_seen_at, last_seen_at, sync_id)
    VALUES ('acme_us', :path, :types, 1000, 40, '{40, 60}', '{10, 30}', :sample, now(), now(), gen_random_uuid())
""")
_DRIFT = sa.text("""
    INSERT INTO ops.drift (connection, sync_id, path, kind, is_mapped, before, noted_at)
    SELECT connection, sync_id, :path, 'vanished', true, 'string', now() FROM ops.sync
    WHERE connection = 'acme_us' LIMIT 1
""")
