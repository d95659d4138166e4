"""The expectations that canonical orders are held to, and the report of a run's validation.

`outcomes` computes what the checks come to, where frames are made; `validator` has Great Expectations judge that.
Only `suites`, `validator` and `report` import Great Expectations, which takes seconds.
"""

from include.orderhouse.expectations.check import Finding

__all__ = ["Finding"]
