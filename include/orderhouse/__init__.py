"""Orderhouse: purchase orders of every ERP in one warehouse schema. This package never imports airflow."""

import os

os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
"""Read by Arrow as it is imported. Frames come and go; its own allocator would keep 70 MB in each process that maps."""
