"""Every parser of foreign data reads what it is given, or refuses it clearly. `scripts/fuzz` throws many more."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include.orderhouse.connectors import CONNECTORS
from tests import airflow_library as airflow_library
from tests.security.targets import Target, outcome, targets

NAMES = ["connections.yaml", "mapping overrides, custom fields", "run parameters", "notifications"]
NAMES += [f"{name}: {part}" for name in CONNECTORS for part in ("answers", "orders")]


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[dict[str, Target]]:
    """The targets by name."""
    with targets() as found:
        yield found


def test_every_target_is_tried(fuzzed: dict[str, Target]) -> None:
    assert sorted(fuzzed) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_wrong_input_is_read_or_refused_and_crashes_nothing(
    name: str, fuzzed: dict[str, Target], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    ends: set[str] = set()

    @settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(seed=st.integers(0, 2**32))
    def throw(seed: int) -> None:
        ended = outcome(fuzzed[name], seed)
        assert not ended.startswith("crash"), ended
        ends.add(ended)

    throw()
    assert len(ends) > 1 or name.endswith(("orders", "notifications"))
