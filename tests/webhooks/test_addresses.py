"""Where a delivery may go, and that it goes nowhere else."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from include.orderhouse.http.proxy import EXCEPTED_SETTING, SETTING
from include.orderhouse.http.tls import Trust, pin_of
from include.orderhouse.webhooks import posting
from include.orderhouse.webhooks.addresses import NotAllowed, checked_place
from include.orderhouse.webhooks.posting import Message, Target, post
from include.orderhouse.webhooks.subscriptions import Webhooks
from tests.security.authorities import Authority, self_signed
from tests.security.proxies import known_as, proxying, said
from tests.security.servers import serving, tls_context
from tests.warehouse.orders import rows
from tests.webhooks.conftest import deliverer, happened
from tests.webhooks.receiver import Receiver, receiver, speaking

PUBLIC = "93.184.215.14"
INSIDE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:10.1.2.3",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a9fe:a9fe",
    "::ffff:0:7f00:1",
    "::7f00:1",
    "2002:7f00:1::",
]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """What hosts resolve to, one list of addresses after the other; the last one for good."""
    known: dict[str, list[list[str]]] = {}
    real = socket.getaddrinfo

    def resolved(host: Any, port: Any, *details: Any, **more: Any) -> Any:
        if host not in known:
            return real(host, port, *details, **more)
        answers = known[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [entry for one in found for entry in real(one, port, *details, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    return known


def checked(url: str, **settings: Any) -> list[str]:
    """The addresses that a URL leads to."""
    webhooks = Webhooks.model_validate({"hosts": ["hooks.example.com", "*.example.org"], **settings})
    return [str(one) for one in asyncio.run(checked_place(url, webhooks)).addresses]


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_refused(address: str, names: dict[str, list[list[str]]]) -> None:
    names["hooks.example.com"] = [[PUBLIC, address]]
    with pytest.raises(NotAllowed, match="no public address"):
        checked("https://hooks.example.com/")


def test_a_public_address_is_reached_by_https_only(names: dict[str, list[list[str]]]) -> None:
    names["hooks.example.com"] = [[PUBLIC]]
    assert checked("https://hooks.example.com/") == [PUBLIC]
    with pytest.raises(NotAllowed, match="needs https"):
        checked("http://hooks.example.com/")


def test_a_private_network_is_reached_where_the_operator_names_it(names: dict[str, list[list[str]]]) -> None:
    names["hooks.example.com"] = [["10.20.0.7"]]
    assert checked("http://hooks.example.com/", networks=["10.20.0.0/16"]) == ["10.20.0.7"]
    with pytest.raises(NotAllowed, match="in none of the networks"):
        checked("http://hooks.example.com/", networks=["10.21.0.0/16"])


def test_an_address_of_ipv4_within_ipv6_is_in_the_networks_of_the_former(names: dict[str, list[list[str]]]) -> None:
    names["hooks.example.com"] = [["::ffff:10.20.0.7"]]
    assert checked("http://hooks.example.com/", networks=["10.20.0.0/16"]) == ["::ffff:a14:7"]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.net/",
        "https://hooks.example.com.evil.net/",
        "https://example.org/",
        "https://xexample.org/",
        "https://books.example.com/",
        "https://hooks.example.com@evil.net/",
        "https://evil.net#hooks.example.com",
        "https://me:planted@hooks.example.com/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "hooks.example.com",
        "",
    ],
)
def test_a_host_that_the_operator_has_not_named_is_refused(url: str) -> None:
    with pytest.raises(NotAllowed):
        checked(url)


def test_every_name_below_a_domain_can_be_allowed_at_once(names: dict[str, list[list[str]]]) -> None:
    names["a.b.example.org"] = [[PUBLIC]]
    assert checked("https://A.B.example.org/") == [PUBLIC]
    assert checked("https://a.b.example.org/", hosts=["*.Example.ORG."]) == [PUBLIC]


def test_a_host_is_named_with_its_last_point_or_without_and_as_an_address_of_ipv6(
    names: dict[str, list[list[str]]],
) -> None:
    names["hooks.example.com."] = [[PUBLIC]]
    assert checked("https://hooks.example.com./") == [PUBLIC]
    assert checked("https://[2606:4700::1111]/", hosts=["2606:4700::1111"]) == ["2606:4700::1111"]


def test_a_disallowed_address_is_never_connected_to(engine: sa.Engine, peer: Receiver) -> None:
    happened(engine)
    assert deliverer(engine, peer.url, networks=[]).deliver(5) == 0
    assert peer.received == []
    ((error,),) = rows(engine, "SELECT error FROM ops.webhook_attempt")
    assert error.startswith("not allowed: 127.0.0.1 is at 127.0.0.1")


def test_a_name_that_leads_elsewhere_a_moment_later_reaches_only_what_was_checked(
    engine: sa.Engine, peer: Receiver, names: dict[str, list[list[str]]]
) -> None:
    """DNS rebinding: the second look at the name would find an address that is not allowed."""
    names["hooks.example.com"] = [["127.0.0.1"], ["127.0.0.2"]]
    happened(engine)
    settings = {"hosts": ["hooks.example.com"], "networks": ["127.0.0.1/32"]}
    with receiver("127.0.0.2", peer.port) as inside:
        assert deliverer(engine, f"http://hooks.example.com:{peer.port}/", **settings).deliver(5) == 1
        assert inside.received == []
    (came,) = peer.received
    assert came.headers["host"] == f"hooks.example.com:{peer.port}"


def test_the_next_address_is_tried_where_the_first_takes_no_connection(
    engine: sa.Engine, peer: Receiver, names: dict[str, list[list[str]]]
) -> None:
    names["hooks.example.com"] = [["127.0.0.3", "127.0.0.1"]]
    happened(engine)
    made = deliverer(engine, f"http://hooks.example.com:{peer.port}/", hosts=["hooks.example.com"])
    assert made.deliver(5) == 1


def test_the_next_address_is_tried_where_the_first_says_nothing(
    engine: sa.Engine, peer: Receiver, names: dict[str, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that is switched off, or whose queue of connections is full."""
    monkeypatch.setattr(posting, "SECONDS", 3.0)
    names["hooks.example.com"] = [["127.0.0.3", "127.0.0.1"]]
    happened(engine)
    made = deliverer(engine, f"http://hooks.example.com:{peer.port}/", hosts=["hooks.example.com"])
    with socket.create_server(("127.0.0.3", peer.port), backlog=0), socket.socket() as waiting:
        waiting.connect(("127.0.0.3", peer.port))
        made.attempt_seconds = 3.0
        assert made.deliver(5) == 1


def test_no_other_address_is_tried_where_the_first_may_have_taken_the_message(
    engine: sa.Engine, peer: Receiver, names: dict[str, list[list[str]]]
) -> None:
    names["hooks.example.com"] = [["127.0.0.3", "127.0.0.1"]]
    happened(engine)
    with speaking(b"", "127.0.0.3", peer.port):
        made = deliverer(engine, f"http://hooks.example.com:{peer.port}/", hosts=["hooks.example.com"])
        assert (made.deliver(5), peer.received) == (0, [])


def test_no_proxy_of_the_environment_is_asked_for_the_way(
    engine: sa.Engine, peer: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would resolve the name again, and connect to an address that nobody has looked at."""
    for name, value in (("HTTP_PROXY", "http://127.0.0.1:1"), ("ALL_PROXY", "http://127.0.0.1:1"), ("NO_PROXY", "")):
        for variable in (name, name.lower()):
            monkeypatch.setenv(variable, value)
    happened(engine)
    assert deliverer(engine, peer.url).deliver(5) == 1


def test_a_delivery_goes_by_the_installations_proxy_which_looks_the_name_up(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, name = Authority("authority of a test"), "hooks.example.test"
    context = tls_context(authority.issue(name).write(tmp_path / "served.pem"))
    trust = Trust(authority=authority.write(tmp_path / "authority.pem"))
    allowed = Webhooks.model_validate({"hosts": [name]})
    pinned = replace(trust, pins=(pin_of(self_signed(name).der),))
    with proxying() as proxy, serving(context=context) as served:
        proxy.login = "reader:s3cret"
        monkeypatch.setenv(SETTING, f"http://{proxy.login}@127.0.0.1:{proxy.port}")
        target = Target(known_as(name, served, proxy), (b"key",), trust)
        assert post(Message("event", b"{}"), target, allowed).status == 200
        refused = post(Message("event", b"{}"), replace(target, trust=pinned), allowed)
        assert (len(served.heads), proxy.asked) == (1, [f"CONNECT {name}:443"] * 2)
    assert "SOURCE_UNTRUSTED" in (refused.error or "")


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("https://evil.example.net/", "not among the hosts"),
        ("https://10.1.2.3/", "no public address"),
        ("https://127.1/", "no public address"),
        ("https://localhost./", "no public address"),
        ("http://hooks.example.com/", "needs https"),
    ],
)
def test_by_a_proxy_too_no_delivery_goes_where_the_operator_does_not_allow_it(
    url: str, error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxying() as proxy:
        monkeypatch.setenv(SETTING, proxy.url)
        hosts = Webhooks.model_validate({"hosts": ["hooks.example.com", "10.1.2.3", "127.1", "localhost."]})
        assert error in (post(Message("event", b"{}"), Target(url, (b"key",)), hosts).error or "")
        assert proxy.asked == []


def test_a_delivery_that_the_proxy_refuses_is_told_with_the_proxy_and_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with proxying() as proxy:
        monkeypatch.setenv(SETTING, f"http://reader:planted@127.0.0.1:{proxy.port}")
        proxy.answer = said(407, "Proxy Authentication Required")
        hosts = Webhooks.model_validate({"hosts": ["hooks.example.com"]})
        outcome = post(Message("event", b"{}"), Target("https://hooks.example.com/", (b"key",)), hosts)
    assert outcome.error == f"ProxyError: 407 Proxy Authentication Required, through the proxy {proxy.url}"
    assert not outcome.is_final


def test_a_receiver_that_is_excepted_is_reached_without_the_proxy(
    engine: sa.Engine, peer: Receiver, names: dict[str, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    names["hooks.example.com"] = [["127.0.0.1"]]
    happened(engine)
    with proxying() as proxy:
        monkeypatch.setenv(SETTING, proxy.url)
        monkeypatch.setenv(EXCEPTED_SETTING, "example.com")
        made = deliverer(engine, f"http://hooks.example.com:{peer.port}/", hosts=["hooks.example.com"])
        assert (made.deliver(5), proxy.asked) == (1, [])
