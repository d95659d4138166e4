"""What the filters of pages send: a form names every field it has, and an empty one filters nothing."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Query
from pydantic import BeforeValidator

from include.orchestration.ui.api.parameters import ChosenName, Word


def _given(value: Any) -> Any:
    return None if value == "" else value


_GIVEN = BeforeValidator(_given)

FilterName = Annotated[ChosenName, _GIVEN]
FilterWord = Annotated[Word, _GIVEN]
FilterDay = Annotated[date | None, Query(lt=date.max, description="A day that has a next one, UTC"), _GIVEN]
