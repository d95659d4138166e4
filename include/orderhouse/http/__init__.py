"""Requests to sources: the API client, the ways to prove who we are, and the way there."""

from include.orderhouse.http.answer import (
    ACTIONS,
    BY_STATUS,
    Answer,
    Explain,
    Refusal,
    refusal_by_status,
    retry_after,
    said,
)
from include.orderhouse.http.api import Api, Limiter, Patience

__all__ = [
    "ACTIONS",
    "BY_STATUS",
    "Answer",
    "Api",
    "Explain",
    "Limiter",
    "Patience",
    "Refusal",
    "refusal_by_status",
    "retry_after",
    "said",
]
