"""The settings of the installation's proxy: who is reached by it, and what is no such setting."""

from __future__ import annotations

from base64 import b64decode

import pytest

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.http.proxy import EXCEPTED_SETTING, SETTING, proxy_of_environment


def test_without_the_setting_there_is_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, " ")
    assert proxy_of_environment() is None


@pytest.mark.parametrize(
    ("excepted", "host", "by_proxy"),
    [
        ("", "erp.example.com", True),
        ("erp.example.com", "erp.example.com", False),
        ("ERP.example.com", "erp.example.com.", False),
        ("example.com", "erp.example.com", False),
        (".example.com", "erp.example.com", False),
        ("*.example.com", "erp.example.com", False),
        ("example.com", "erp.example.com.evil.net", True),
        ("example.com", "erpexample.com", True),
        ("other.net,\terp.example.com ,", "erp.example.com", False),
        ("10.0.0.0/8", "10.1.2.3", False),
        ("10.1.2.3/8", "10.9.9.9", False),
        ("10.0.0.0/8", "11.1.2.3", True),
        ("10.0.0.0/8", "10.example.com", True),
        ("10.1.2.3", "10.1.2.3", False),
        ("[fd00::1]", "fd00::1", False),
        ("fd00::/8", "fd12::1", False),
    ],
)
def test_hosts_that_are_excepted_are_reached_without_the_proxy(
    excepted: str, host: str, by_proxy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, "http://proxy.example:3128")
    monkeypatch.setenv(EXCEPTED_SETTING, excepted)
    made = proxy_of_environment()
    assert made is not None
    assert made.leads_to(host) is by_proxy


@pytest.mark.parametrize(
    "setting",
    [
        "proxy.example:3128",
        "https://proxy.example:3128",
        "socks5://planted@proxy.example:3128",
        "http://",
        "http://proxy.example:3128/planted",
        "http://u:planted#1@proxy.example:3128",
        "http://u:1/planted@proxy.example:3128",
        "http://u:1#planted@proxy.example:3128",
        "http://u:1?planted@proxy.example:3128",
        "http://proxy.example:port",
        "http://proxy.example:65536",
    ],
)
def test_a_setting_that_is_no_proxy_is_refused_and_not_repeated(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, setting)
    with pytest.raises(ConfigurationInvalid, match=f"{SETTING} is no address of a proxy") as told:
        proxy_of_environment()
    assert "planted" not in str(told.value)
    assert told.value.__cause__ is None


@pytest.mark.parametrize("entry", ["erp.example.com:443", "10.0.0.0/99", "*", "https://erp.example.com", "a..b"])
def test_an_exception_that_would_except_nobody_is_refused(entry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "http://proxy.example:3128")
    monkeypatch.setenv(EXCEPTED_SETTING, f"localhost,{entry}")
    with pytest.raises(ConfigurationInvalid, match=EXCEPTED_SETTING):
        proxy_of_environment()


@pytest.mark.parametrize(
    ("setting", "shown", "port", "login"),
    [
        ("http://proxy.example", "http://proxy.example", 80, None),
        ("http://proxy.example:3128/", "http://proxy.example:3128", 3128, None),
        ("http://[fd00::1]:3128", "http://[fd00::1]:3128", 3128, None),
        ("http://reader:p%40ss%3A%C3%BC@proxy.example:3128", "http://proxy.example:3128", 3128, "reader:p@ss:ü"),
        ("http://reader@proxy.example:3128", "http://proxy.example:3128", 3128, "reader:"),
        ("http://:t0ken@proxy.example:3128", "http://proxy.example:3128", 3128, ":t0ken"),
    ],
)
def test_a_setting_is_read_and_shown_without_its_login(
    setting: str, shown: str, port: int, login: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, setting)
    made = proxy_of_environment()
    assert made is not None
    assert (str(made), made.port) == (shown, port)
    sent = made.headers.get("Proxy-Authorization", "").removeprefix("Basic ")
    assert b64decode(sent).decode("utf-8") == (login or "")
