"""Who wants to hear of what, and where deliveries may go: the section `webhooks` of `connections.yaml`."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from include.orderhouse.configuration.connections import connections_file, read_document
from include.orderhouse.configuration.options import Strict, Tls, all_problems
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.warehouse.messages.events import EVENTS

Network = IPv4Network | IPv6Network


def _event(value: str) -> str:
    if value not in EVENTS:
        raise ValueError(f"there is no event {value!r}; there are: {', '.join(EVENTS)}")
    return value


def _host(value: Any) -> Any:
    has_port = isinstance(value, str) and value.count(":") == 1
    if not isinstance(value, str) or has_port or "/" in value or not value.strip("*."):
        raise ValueError("write a host such as hooks.example.com, without a port, or *.example.com for all below it")
    return value.lower().rstrip(".")


class Subscription(Strict):
    """One receiver and what it wants to hear of."""

    target: str
    """Id of the Airflow Connection with the receiver's URL and signing secret."""
    events: tuple[Annotated[str, AfterValidator(_event)], ...] = ()
    """None given means all."""
    connections: tuple[str, ...] = ()
    """None given means all."""
    tls: Tls = Tls()

    def wants(self, kind: str, connection: str) -> bool:
        """Whether an event of that kind and connection is to be told."""
        return (not self.events or kind in self.events) and (not self.connections or connection in self.connections)


class Webhooks(Strict):
    """The section `webhooks`. Nothing is delivered to a host that it does not name."""

    hosts: tuple[Annotated[str, BeforeValidator(_host)], ...] = ()
    networks: tuple[Network, ...] = ()
    """Private networks that hosts may be in; others than these are refused, and public addresses need https."""
    subscriptions: dict[str, Subscription] = Field(default_factory=dict)

    def allows(self, host: str) -> bool:
        """Whether the operator has named the host, or ``*.`` and a domain it is below."""
        name = host.lower().rstrip(".")
        return any(name == one or (one.startswith("*.") and name.endswith(one[1:])) for one in self.hosts)


def read_webhooks(path: Path | None = None) -> Webhooks:
    """The section of connections.yaml, empty where there is none. Raises ConfigurationInvalid naming the mistake."""
    path = path or connections_file()
    document = read_document(path)
    try:
        found = Webhooks.model_validate(document.get("webhooks", {}))
    except ValidationError as error:
        problem = all_problems(error)
    else:
        unknown = {name for one in found.subscriptions.values() for name in one.connections} - set(
            document["connections"]
        )
        if not unknown:
            return found
        problem = f"subscriptions name connections that do not exist: {', '.join(sorted(unknown))}"
    raise ConfigurationInvalid(f"{path}, webhooks, {problem}.", action="Correct the section; see docs/webhooks.md.")
