"""Libraries that wait until something of them is used, or that are not wanted at all."""

from __future__ import annotations

import subprocess
import sys

import pytest

from include.orderhouse.deferred import absent, deferred

LOOK = """
import sys
import include.orderhouse.expectations.validator
print(*sorted({"altair", "scipy.stats", "great_expectations"} & set(sys.modules)))
"""
USE = """
import sys
import include.orderhouse.expectations.validator
from great_expectations.expectations.core import expect_column_kl_divergence_to_be_less_than as module
print(module.stats.entropy([0.5, 0.5]) > 0.69, module.alt.Chart.__name__, "scipy.stats" in sys.modules)
import altair, scipy.stats
print(altair is sys.modules["altair"], altair.__file__ is not None, scipy.stats.__file__ is not None)
"""


def told_by(code: str) -> list[str]:
    """What a process of its own prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_the_validator_loads_great_expectations_without_charts_and_distributions() -> None:
    assert told_by(LOOK) == ["great_expectations"]


def test_who_uses_them_after_all_finds_them() -> None:
    assert told_by(USE) == ["True Chart True", "True True True"]


def test_a_module_is_loaded_at_the_first_look_and_nobody_meets_its_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with deferred("colorsys"):
        import colorsys

        assert "rgb_to_hsv" not in vars(colorsys)
    assert "colorsys" not in sys.modules
    assert colorsys.rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)
    assert sys.modules["colorsys"].__file__ is not None


def test_a_module_that_is_used_inside_of_the_block_stays_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with deferred("colorsys"):
        import colorsys

        assert colorsys.hsv_to_rgb(0, 0, 0) == (0, 0, 0)
    assert sys.modules["colorsys"].__file__ is not None


def test_nobody_meets_a_stand_in_where_the_import_around_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that tries the import again would go on with a module that it takes for the real one."""
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with pytest.raises(ImportError, match="broken"), deferred("colorsys"):
        raise ImportError("broken")
    assert "colorsys" not in sys.modules


def test_a_module_that_is_there_already_is_taken_as_it_is() -> None:
    own = sys.modules["subprocess"]
    with deferred("subprocess"):
        import subprocess as found
    assert found is own is sys.modules["subprocess"]


def test_a_library_that_is_not_wanted_is_not_found_until_the_block_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with absent("colorsys"), pytest.raises(ImportError):
        import colorsys
    import colorsys

    assert colorsys.rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)


def test_a_library_that_is_not_wanted_is_found_after_an_import_has_failed() -> None:
    before = list(sys.meta_path)
    with pytest.raises(ImportError, match="broken"), absent("colorsys"):
        raise ImportError("broken")
    assert sys.meta_path == before


def test_other_libraries_are_found_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with absent("pandas"):
        import colorsys

        assert colorsys.rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)
