"""The expectations that canonical orders are held to, and the report of a run's validation.

`outcomes` computes what the checks come to, where frames are made; `validator` has Great Expectations judge that.
Only `suites`, `validator` and `report` import Great Expectations, which takes seconds.
"""

import logging

from include.orderhouse.expectations.check import Finding

logging.getLogger("great_expectations").setLevel(logging.WARNING)
"""It tells more than a hundred lines about itself when it is imported."""

__all__ = ["Finding"]
