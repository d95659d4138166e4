"""Where the pages are in Airflow: their mount, and the entry in the navigation."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from airflow.sdk.configuration import conf

MOUNT = "/orderhouse"
"""Where the plugin serves everything, below the address of Airflow's UI."""

LABEL = "Orders"
"""What the navigation calls them; a longer word would be cut there."""


def base_url() -> str:
    """The address of Airflow's UI without a trailing slash; empty where Airflow was not told."""
    return str(conf.get("api", "base_url", fallback="")).rstrip("/")


def base_path() -> str:
    """The path of Airflow's UI, behind a proxy often not empty; without a trailing slash."""
    return urlsplit(base_url()).path


def navigation() -> list[dict[str, Any]]:
    """The entry that shows the pages inside Airflow's UI."""
    mount = f"{base_path()}{MOUNT}"
    return [
        {
            "name": LABEL,
            "href": f"{mount}/",
            "icon": f"{mount}/assets/icon.svg",
            "icon_dark_mode": f"{mount}/assets/icon-dark.svg",
            "url_route": "orderhouse",
            "destination": "nav",
        }
    ]
