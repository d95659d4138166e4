"""How the tests ask the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

API = "/orderhouse/api/v1"
Visit = Callable[[str], TestClient]


def pages(client: TestClient, path: str, **parameters: Any) -> list[dict[str, Any]]:
    """Every item of a list, page by page."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        answer = client.get(f"{API}{path}", params={**parameters, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        found += answer.json()["data"]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return found
