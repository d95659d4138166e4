"""What a connection says of how its source may be reached holds in a whole sync."""

from __future__ import annotations

import pytest

from include.orderhouse.errors import BoundExceeded, UnexpectedShape
from tests.sandbox.faults import FaultKind
from tests.sandbox.running import Sandbox
from tests.sync.conftest import Connect

LARGE = {"text": "x" * 1_500_000}


def test_an_answer_larger_than_the_connection_allows_is_not_read(odoo: Sandbox, connect: Connect) -> None:
    odoo.world("odoo").faults.add(FaultKind.WRONG_SHAPE, value=LARGE, times=None)
    with pytest.raises(BoundExceeded, match="max_response_mb"):
        connect("odoo", odoo, max_response_mb=1).sync()
    with pytest.raises(UnexpectedShape):
        connect("odoo", odoo, max_response_mb=2).sync()


def test_a_host_that_the_credentials_name_may_be_private(odoo: Sandbox, connect: Connect) -> None:
    """The sandbox's token endpoint is on this machine, as a company's own would be in its network."""
    system = connect("odoo", odoo)
    credentials = system.runtime.credentials()
    credentials.extra["token_url"] = "https://login.intern.example/token"
    assert system.runtime.patience
    way = system.runtime.way(credentials, system.runtime.patience)
    assert "login.intern.example" in way.configured
