"""The lists that name every connector, and how a new one is entered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FIRST_PORT = 9000

CONNECTION = """\
  sandbox_{name}:
    connector: {name}
    customer: sandbox
    initial_days: ${{ORDERHOUSE_SANDBOX_INITIAL_DAYS:-90}}
    sync_every: 15m
    requests_per_minute: 6000"""
AIRFLOW_CONNECTION = """\
    - conn_id: sandbox_{name}
      conn_type: http
      conn_host: http://127.0.0.1:${{ORDERHOUSE_SANDBOX_PORT_{upper}:-{port}}}
      conn_login: orderhouse
      conn_password: ${{ORDERHOUSE_SANDBOX_PASSWORD:-}}"""

NEVER_EXPIRES = '    ("{name}", K.EXPIRED_TOKEN): (Recovers(), "basic authentication has no token"),'


@dataclass(frozen=True)
class Entry:
    """A text for a block of lines in a file: from the one that begins with ``opening`` to the one that begins with
    ``closing``, or to an empty one. It becomes the block's last, or stands where the alphabet wants it."""

    path: str
    opening: str
    closing: str
    text: str
    is_sorted: bool = False


PORTS = Entry("include/standalone/sandbox.py", "DIALECTS = (", ")", '    "{name}",')
ENTRIES = (
    Entry("include/orderhouse/connectors/__init__.py", "CONNECTORS = (", ")", '    "{name}",', is_sorted=True),
    PORTS,
    Entry(PORTS.path, "        secrets = {", "        }", '            "{name}": {{"password": password}},'),
    Entry("include/connections.yaml", "connections:", "", CONNECTION),
    Entry("airflow_settings.yaml", "  connections:", "  pools:", AIRFLOW_CONNECTION),
    Entry("tests/sandbox/dialects/__init__.py", "DIALECTS: ", ")", '    "{name}",', is_sorted=True),
    Entry(
        "tests/contract/conftest.py", "WRONG: ", "}", '    "{name}": {{"password": "wr0ng-s3cret"}},', is_sorted=True
    ),
    Entry("tests/sync/conftest.py", "SETTINGS: ", "}", '    "{name}": {{}},', is_sorted=True),
    Entry(
        "tests/sync/test_adventureworks.py",
        "CARRIES = {",
        "}",
        '    "{name}": Carried(total=True, charge_lines=False),',
    ),
    Entry("tests/sync/test_faults.py", "EXCEPTIONS: ", "}", NEVER_EXPIRES),
    Entry("docs/add-a-connection.md", "| connector |", "", "| `{name}` | user, password | |"),
    Entry("README.md", "- [", "", "- [{label}](docs/connectors/{name}.md)", is_sorted=True),
)
"""Every list; the sandbox's ports come before what names them."""


def register(project: Path, name: str, label: str) -> Iterator[str]:
    """Enter a connector into every list; yields the paths. Raises LookupError where a list is not where it was."""
    port = 0
    for entry in ENTRIES:
        path = project / entry.path
        lines = path.read_text(encoding="utf-8").splitlines()
        text = entry.text.format(name=name, label=label, upper=name.upper(), port=port)
        start, end = _block(lines, entry)
        lines.insert(_place(lines, start, end, text) if entry.is_sorted else end, text)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        if entry is PORTS:
            port = FIRST_PORT + end - start
        yield entry.path


def _block(lines: list[str], entry: Entry) -> tuple[int, int]:
    """The line that opens the block, and the one after its last."""
    start = next((number for number, line in enumerate(lines) if line.startswith(entry.opening)), None)
    if start is None:
        raise LookupError(f"{entry.path} has no line that begins with {entry.opening!r}; enter the connector by hand")
    for end in range(start + 1, len(lines)):
        if lines[end].startswith(entry.closing) if entry.closing else not lines[end]:
            return start, end
    return start, len(lines)


def _place(lines: list[str], start: int, end: int, text: str) -> int:
    """Before the first line that begins alike, indentation and first character, and comes later in the alphabet."""
    kind = text[: len(text) - len(text.lstrip()) + 1]
    for number in range(start, end):
        if lines[number].startswith(kind) and lines[number] > text:
            return number
    return end
