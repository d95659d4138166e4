"""Chromium as a user of Airflow's UI: logged in by its form, looking at our pages inside it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect, sync_playwright

from include.orchestration.navigation import LABEL
from include.standalone.environment import ADMIN
from tests.e2e.installation import Airflow

SCREENSHOTS_SETTING = "ORDERHOUSE_SCREENSHOTS"
"""A folder; where it is set, the tests leave pictures of the pages there."""
RUN_MS = 300_000.0
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_SIZE = {"width": 1440, "height": 900}


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser of this machine; without one the test is skipped."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("no Chromium: install one (on Debian: apt-get install chromium); scripts/setup --dev does as root")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@dataclass(frozen=True)
class Visitor:
    """One logged-in window."""

    page: Page
    url: str
    complaints: list[str]
    """What the browser's console has complained about."""

    @property
    def inside(self) -> FrameLocator:
        """Our pages inside Airflow's UI."""
        return self.page.frame_locator(f"iframe[title={LABEL}]")

    def open(self, path: str) -> None:
        """Open one of our pages by itself."""
        self.page.goto(f"{self.url}/orderhouse{path}")

    def press(self, name: str, confirm: bool = True) -> None:
        """Press a button, and its dialog's."""
        self.page.get_by_role("button", name=name, exact=True).click()
        if confirm:
            self.page.get_by_role("button", name="Go ahead").click()

    def finished(self, connection: str) -> None:
        """Wait until the page tells that the run which it follows has succeeded."""
        expect(self.page.get_by_text(f"The run of {connection} succeeded.")).to_be_visible(timeout=RUN_MS)

    def picture(self, name: str, settle_ms: float = 0) -> None:
        """A picture of the window for the documentation, where one is wanted, after what moves has come to rest."""
        if folder := os.environ.get(SCREENSHOTS_SETTING):
            self.page.wait_for_timeout(settle_ms)
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"))


def enter_password(page: Page, password: str) -> None:
    """Fill Airflow's login form in, and wait until it leads on."""
    page.locator("input[name=username]").fill(ADMIN)
    page.locator("input[name=password]").fill(password)
    page.locator("button[type=submit]").click()
    page.wait_for_url(lambda address: "/auth/" not in address)


@contextmanager
def visitor(browser: Browser, airflow: Airflow, scheme: str = "light") -> Iterator[Visitor]:
    """A window of the administrator, logged in by Airflow's own form."""
    host = airflow.installation.host
    context = browser.new_context(viewport=_SIZE, color_scheme=scheme)  # type: ignore[arg-type]
    context.set_default_timeout(60_000)
    page, complaints = context.new_page(), list[str]()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{host.api_url}/auth/login")
    enter_password(page, host.admin_password)
    complaints.clear()
    yield Visitor(page, host.api_url, complaints)
    context.close()
