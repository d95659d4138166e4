"""Customers with DAGs of their own, and what these run on: the section `customers` of `connections.yaml`."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from include.orderhouse.configuration.connections import connections_file, read_document, unchecked_document
from include.orderhouse.configuration.options import Strict, all_problems
from include.orderhouse.errors import ConfigurationInvalid

NAME = re.compile(r"^[A-Za-z0-9_-]{1,63}$")
Name = Annotated[str, Field(pattern=NAME.pattern)]
"""Of a pool, a queue, or a customer; this one ends the ids of its DAGs. Variables of the environment are not read."""


class Customer(Strict):
    """What a customer's DAGs run on. Others do not wait for its runs and slots, and it waits for none of theirs."""

    pool: Name = "default_pool"
    """The pool of Airflow that its tasks take their slots from."""
    queue: Name | None = None
    """The queue that its tasks go to, for workers of its own; None is the executor's default."""


_SECTION = TypeAdapter(dict[Name, Customer])


def read_customers() -> dict[str, Customer]:
    """The section of connections.yaml, empty where there is none. Raises ConfigurationInvalid naming the mistake."""
    path = connections_file()
    owners = _owners(read_document(path))
    written = unchecked_document()
    try:
        found = _SECTION.validate_python(written.get("customers", {}))
    except ValidationError as error:
        problem = all_problems(error)
    else:
        named = _owners(written)
        if by_variable := sorted(name for name, owner in owners.items() if owner in found and named.get(name) != owner):
            problem = f"these name their customer by a variable, so that no DAG has them: {', '.join(by_variable)}"
        elif nameless := sorted(found.keys() - set(owners.values())):
            problem = f"these have no connection: {', '.join(nameless)}"
        else:
            return found
    raise ConfigurationInvalid(f"{path}, customers, {problem}.", action="Correct it; see docs/many-connections.md.")


def _owners(document: dict[str, Any]) -> dict[str, Any]:
    """The customer of each connection, as the document says it."""
    return {name: entry.get("customer") for name, entry in document["connections"].items() if isinstance(entry, dict)}
