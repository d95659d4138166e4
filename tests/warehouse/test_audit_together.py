"""The audit log is pruned by one at a time, and verified as it was at one moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest
import sqlalchemy as sa

from include.orderhouse.master_key import MasterKeys
from include.orderhouse.warehouse.access.audit_chain import SHORTEST, prune, renew, verify
from tests.warehouse.test_audit import masters
from tests.warehouse.test_audit_pruned import YEAR
from tests.warehouse.test_audit_pruned import log as log

KEYS = [b"2" * 32, b"1" * 32]
SECONDS = 60.0


class Held(MasterKeys):
    """Keys with which something happens at their first use: once it is known up to where rows were removed."""

    def __init__(self, happens: Callable[[], object]) -> None:
        super().__init__(KEYS)
        self._happens = [happens]

    def mac(self, content: bytes, key_id: str | None = None) -> str | None:
        if self._happens:
            self._happens.pop()()
        return super().mac(content, key_id)


def test_what_is_pruned_meanwhile_is_not_missing(log: sa.Engine) -> None:
    prune(log, 2 * YEAR, "ada", masters)
    chain = verify(log, lambda: Held(lambda: prune(log, YEAR, "ada", masters)))
    assert (chain.pruned_through, verify(log, masters).pruned_through) == (2, 6)


@pytest.mark.parametrize(
    "work", [lambda log, keys: prune(log, YEAR, "ada", keys), lambda log, keys: renew(log, "ada", keys)]
)
def test_who_removes_rows_waits_for_who_has_begun_to(
    log: sa.Engine, work: Callable[[sa.Engine, Callable[[], MasterKeys]], object]
) -> None:
    prune(log, 2 * YEAR, "ada", masters)
    others: list[Future[tuple[int, int]]] = []
    with ThreadPoolExecutor(1) as pool:

        def other_begins() -> None:
            others.append(pool.submit(prune, log, SHORTEST, "bob", lambda: MasterKeys(KEYS)))
            assert wait(others, timeout=0.5).not_done

        work(log, lambda: Held(other_begins))
        assert [other.result(SECONDS)[1] for other in others] == [7]
    assert verify(log, lambda: MasterKeys(KEYS)).pruned_through == 7
