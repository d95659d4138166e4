"""What a connector may say of itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.small_source import CONNECTOR


def test_a_page_is_no_larger_than_the_vendor_gives_it_also_where_nobody_sets_its_size() -> None:
    assert replace(CONNECTOR, page_size=50, largest_page=50).page_size == 50
    with pytest.raises(ValueError, match="small: page_size is 51, and largest_page 50"):
        replace(CONNECTOR, page_size=51, largest_page=50)
