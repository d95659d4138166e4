"""What processes that map begin with: their libraries, loaded once for all of them.

PyArrow looks for pandas as soon as a list becomes an array, to tell pandas' own types apart. Nothing that is mapped has
any: without it a process takes 33 MB less.
"""

from include.orderhouse import collector
from include.orderhouse.deferred import absent
from include.orderhouse.program import loading

with loading(), absent("pandas"):
    import include.orderhouse.sync.transform.worker  # noqa: F401 - loading it is what this module is for

collector.rest_for_good()
