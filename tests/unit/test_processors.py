"""In how many processes a sync maps orders."""

from __future__ import annotations

import os

import pytest

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.sync.transform.processors import MOST_BY_ITSELF, SETTING, processors


def test_a_machine_with_many_processors_is_not_taken_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    for usable, expected in ((1, 1), (3, 3), (64, MOST_BY_ITSELF)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, usable=usable: set(range(usable)), raising=False)
        assert processors() == expected


def test_the_setting_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "16")
    assert processors() == 16


@pytest.mark.parametrize("told", ["0", "-1", "all", "1.5"])
def test_a_setting_that_is_no_number_of_processes_is_refused(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, told)
    with pytest.raises(ConfigurationInvalid, match=f"{SETTING} is {told!r}"):
        processors()
