"""All that a connector promises."""

from __future__ import annotations

from tests.contract.checks import CHECKS_OF_ORDERS, Check
from tests.contract.checks_of_change import CHECKS_OF_CHANGE
from tests.contract.checks_of_mapping import CHECKS_OF_MAPPING
from tests.contract.checks_of_records import CHECKS_OF_RECORDS
from tests.contract.checks_of_requests import CHECKS_OF_REQUESTS

CHECKS: tuple[Check, ...] = (
    *CHECKS_OF_ORDERS,
    *CHECKS_OF_REQUESTS,
    *CHECKS_OF_CHANGE,
    *CHECKS_OF_MAPPING,
    *CHECKS_OF_RECORDS,
)
