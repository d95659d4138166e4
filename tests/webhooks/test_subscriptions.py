"""The section `webhooks` of connections.yaml, and how a mistake in it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.orderhouse.configuration.connections import read_connections
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.webhooks.subscriptions import read_webhooks

CONNECTIONS = "connections:\n  acme_odoo: {connector: odoo, customer: acme}\n"


def written(folder: Path, section: str) -> Path:
    file = folder / "connections.yaml"
    file.write_text(CONNECTIONS + section, encoding="utf-8")
    return file


def test_a_file_without_the_section_tells_nobody(tmp_path: Path) -> None:
    assert read_webhooks(written(tmp_path, "")).subscriptions == {}


def test_a_subscription_hears_of_everything_unless_it_says_what(tmp_path: Path) -> None:
    section = """webhooks:
  hosts: [hooks.example.com]
  subscriptions:
    everything: {target: bus}
    failures: {target: pager, events: [sync.failed, connection.offline], connections: [acme_odoo]}
"""
    found = read_webhooks(written(tmp_path, section)).subscriptions
    assert found["everything"].wants("schema.drift", "acme_odoo")
    assert found["failures"].wants("sync.failed", "acme_odoo")
    assert not found["failures"].wants("sync.completed", "acme_odoo")
    assert not found["failures"].wants("sync.failed", "other")


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("webhooks: {subscriptions: {bus: {}}}", "subscriptions.bus.target: is required"),
        ("webhooks: {subscriptions: {bus: {target: a, evnts: []}}}", "evnts: there is no such option"),
        ("webhooks: {subscriptions: {bus: {target: a, events: [sync.done]}}}", "there is no event 'sync.done'"),
        ("webhooks: {subscriptions: {bus: {target: a, connections: [acme]}}}", "do not exist: acme"),
        ("webhooks: {hosts: ['https://a.example.com/']}", "write a host such as"),
        ("webhooks: {hosts: [a.example.com/orders]}", "write a host such as"),
        ("webhooks: {hosts: ['*']}", "write a host such as"),
        ("webhooks: {hosts: ['hooks.example.com:8443']}", "without a port"),
        ("webhooks: {networks: ['10.0.0.1/8']}", "networks.0"),
        ("webhooks: [a]", "is no mapping of options"),
    ],
)
def test_a_mistake_in_the_section_is_told_with_its_place(section: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match="webhooks,") as refused:
        read_webhooks(written(tmp_path, section))
    assert told in str(refused.value)


def test_a_section_that_is_misspelled_is_an_error_and_not_ignored(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match="no section called webhook"):
        read_connections(written(tmp_path, "webhook: {}"))
    assert set(read_connections(written(tmp_path, "x-common: {}"))) == {"acme_odoo"}
