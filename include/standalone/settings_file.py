"""``airflow_settings.yaml``: the connections, pools and variables of a local installation, in Astronomer's format.

``${NAME}`` and ``${NAME:-default}`` in a value are replaced by generated secrets and environment variables.
What the file lists is written at every start; what it does not list is left alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from include.orderhouse.errors import ConfigurationInvalid
from include.standalone.airflow_api import AirflowApi

_REFERENCE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
_CONNECTION = {
    "conn_id": "connection_id",
    "conn_type": "conn_type",
    "conn_host": "host",
    "conn_schema": "schema",
    "conn_login": "login",
    "conn_password": "password",
    "conn_port": "port",
    "conn_extra": "extra",
}
_POOL = {"pool_name": "name", "pool_slot": "slots", "pool_description": "description"}
_VARIABLE = {"variable_name": "key", "variable_value": "value"}
_REQUIRED = {
    "connections": ("conn_id", "conn_type"),
    "pools": ("pool_name", "pool_slot"),
    "variables": ("variable_name",),
}


def read_settings(path: Path, values: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """The file's ``connections``, ``pools`` and ``variables`` as Airflow's REST API takes them.

    Raises ConfigurationInvalid for a file of another form and for a reference to a value that is not there.
    """
    if not path.exists():
        return {}
    document = _document(path)
    content = document.get("airflow") if isinstance(document, dict) else None
    if not isinstance(content, dict):
        raise _invalid(path, "has no top-level key 'airflow'")
    kinds = {"connections": _CONNECTION, "pools": _POOL, "variables": _VARIABLE}
    return {
        kind: [_entity(path, kind, entry, names, values) for entry in _entries(path, kind, content)]
        for kind, names in kinds.items()
    }


def _document(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.MarkedYAMLError as error:
        place = f", line {error.problem_mark.line + 1}," if error.problem_mark else ""
        raise _invalid(path, f"is not valid YAML{place} {error.problem}") from error


def _entries(path: Path, kind: str, content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entries of a kind; those of an untouched template, which hold nothing, are left out."""
    entries = content.get(kind) or []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _invalid(path, f"has {kind} that are no list of mappings")
    return [entry for entry in entries if any(entry.values())]


def import_settings(api: AirflowApi, settings: Mapping[str, list[dict[str, Any]]]) -> None:
    """Write them into Airflow, over what is there under the same names."""
    for kind, entities in settings.items():
        api.put_all(kind, entities)


def _entity(
    path: Path, kind: str, entry: Mapping[str, Any], names: Mapping[str, str], values: Mapping[str, str]
) -> dict[str, Any]:
    if unknown := sorted(set(entry) - set(names)):
        raise _invalid(path, f"has unknown keys under {kind}: {', '.join(unknown)}")
    entity = {names[name]: _expand(path, value, values) for name, value in entry.items() if value not in (None, "")}
    if missing := [name for name in _REQUIRED[kind] if names[name] not in entity]:
        raise _invalid(path, f"has an entry under {kind} without {', '.join(missing)}")
    for number in ("port", "slots"):
        if not str(entity.get(number, 0)).isdecimal():
            raise _invalid(path, f"has {entity[number]!r} under {kind} where a whole number must stand")
        entity |= {number: int(entity[number])} if number in entity else {}
    if not isinstance(entity.get("extra", ""), str):
        entity["extra"] = json.dumps(entity["extra"])
    return entity


def _expand(path: Path, value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _expand(path, part, values) for name, part in value.items()}
    if isinstance(value, list):
        return [_expand(path, part, values) for part in value]
    if not isinstance(value, str):
        return value

    def replacement(reference: re.Match[str]) -> str:
        name, default = reference.groups()
        found = values.get(name) or default
        if found is None:
            raise _invalid(path, f"refers to {name}, which is neither generated nor an environment variable")
        return found

    return _REFERENCE.sub(replacement, value)


def _invalid(path: Path, problem: str) -> ConfigurationInvalid:
    return ConfigurationInvalid(f"{path} {problem}.", action="Correct the file; its head shows the format.")
