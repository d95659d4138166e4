"""Stands before a library of the tool that writes the bill of materials, which users' environments do not have.

Airflow and Great Expectations take it where it is, and each of their processes compiles its grammar for 1.2 s.
"""

raise ImportError("hidden from the processes that tests start")
