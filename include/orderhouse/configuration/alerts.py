"""Whom Airflow tells of failures: the section `alerts` of `connections.yaml`."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from include.orderhouse.configuration.connections import connections_file, read_document, read_section_alone
from include.orderhouse.configuration.options import Strict, all_problems
from include.orderhouse.errors import ConfigurationInvalid


class NotifierChoice(Strict):
    """One of Airflow's notifiers and what it is made with; secrets belong into the Airflow Connection it uses."""

    notifier: str = Field(pattern=r"^\w+(\.\w+)+$")
    """Import path of its class, such as ``airflow.providers.smtp.notifications.smtp.SmtpNotifier``."""
    arguments: dict[str, Any] = Field(default_factory=dict)


class Alerts(Strict):
    """The section `alerts`."""

    on_failure: tuple[NotifierChoice, ...] = ()


def read_alerts(path: Path | None = None) -> Alerts:
    """The section of connections.yaml, empty where there is none. Raises ConfigurationInvalid naming the mistake.

    A mistake elsewhere in the file, by which every run fails, is one that these have to be told of.
    """
    path = path or connections_file()
    try:
        return Alerts.model_validate(_section(path))
    except ValidationError as error:
        problem = all_problems(error)
    raise ConfigurationInvalid(f"{path}, alerts, {problem}.", action="Correct the section; see docs/alerts.md.")


def _section(path: Path) -> Any:
    try:
        return read_document(path).get("alerts", {})
    except ConfigurationInvalid:
        with suppress(OSError, ValueError, yaml.YAMLError, ConfigurationInvalid):
            if alone := read_section_alone("alerts", path):
                return alone
        raise
