"""The expectations that canonical orders are held to, and the report of a run's validation."""

from include.orderhouse.expectations.check import Finding
from include.orderhouse.expectations.validator import Validator

__all__ = ["Finding", "Validator"]
