"""Real handshakes of every client with every bad server: none hears a word of what was meant for the right one."""

from __future__ import annotations

import re
import socket
import ssl
from itertools import product
from pathlib import Path

import pytest

from include.orderhouse.home import PROJECT
from include.orderhouse.http.tls import Trust
from tests.security.bad_servers import AUTHORITY, BAD, GOOD, Server
from tests.security.callers import CALLERS, SECRET, Caller
from tests.security.servers import HTTP, POSTGRESQL, SSL_REQUEST, Protocol, serving

pytestmark = pytest.mark.filterwarnings("ignore:ssl.TLSVersion")


def _trust(server: Server, folder: Path) -> Trust:
    listed = folder / "revoked.pem"
    if server.revocation_list:
        listed.write_bytes(server.revocation_list)
    authority = AUTHORITY.write(folder / "authority.pem")
    return Trust(authority=authority, revocation_list=str(listed) if server.revocation_list else None)


def _checked(caller: Caller, server: Server) -> bool:
    return caller.has_lists or server.revocation_list is None


BAD_FOR_ALL = [
    pytest.param(called, name, id=f"{called}: {name}")
    for called, name in product(CALLERS, BAD)
    if _checked(CALLERS[called], BAD[name])
]


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("called", CALLERS)
def test_a_server_that_proves_who_it_is_is_spoken_to(called: str, name: str, tmp_path: Path) -> None:
    caller, server = CALLERS[called], GOOD[name]
    with serving(context=server.context(tmp_path), protocol=caller.protocol) as served:
        caller.call(served, _trust(server, tmp_path))
        assert len(served.heads) >= 1


@pytest.mark.parametrize(("called", "name"), BAD_FOR_ALL)
def test_a_bad_server_hears_nothing(called: str, name: str, tmp_path: Path) -> None:
    caller, server = CALLERS[called], BAD[name]
    with serving(context=server.context(tmp_path), protocol=caller.protocol) as served:
        said = caller.call(served, _trust(server, tmp_path))
        assert served.heads == []
    assert re.search(caller.saying or server.saying, said), said
    assert SECRET not in said


@pytest.mark.parametrize("protocol", [pytest.param(HTTP, id="HTTP"), pytest.param(POSTGRESQL, id="PostgreSQL")])
@pytest.mark.parametrize("name", BAD)
def test_a_bad_server_speaks_with_a_client_that_looks_at_nothing(name: str, protocol: Protocol, tmp_path: Path) -> None:
    context = BAD[name].context(tmp_path)
    with (
        serving(context=context, protocol=protocol) as served,
        socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection,
    ):
        if protocol is POSTGRESQL:
            connection.sendall(SSL_REQUEST)
            assert connection.recv(1) == (b"S" if context else b"N")
        with _heedless().wrap_socket(connection) if context else connection as spoken:
            spoken.sendall(b"\0\0\0\x08\0\3\0\0" if protocol is POSTGRESQL else b"GET / HTTP/1.1\r\n\r\n")
            assert spoken.recv(100).startswith(b"HTTP/1.1 200")


def _heedless() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    return context


def test_what_no_client_looks_at_is_said() -> None:
    told = (PROJECT / "SECURITY.md").read_text(encoding="utf-8").partition("## Not defended")[2]
    assert [called for called, caller in CALLERS.items() if not caller.has_lists] == ["a token endpoint elsewhere"]
    assert "revoked certificate of a token endpoint elsewhere" in " ".join(told.split())


def test_a_source_that_speaks_no_tls_is_told_as_such(tmp_path: Path) -> None:
    server = BAD["no TLS"]
    with serving(context=server.context(tmp_path), protocol=HTTP) as served:
        said = CALLERS["a source"].call(served, _trust(server, tmp_path))
    assert "does not speak TLS" in said
    assert "http:// if that is meant" in said
    assert "certificate" not in said
