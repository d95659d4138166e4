"""``scripts/new-connector NAME``: the skeleton of a connector, which reads a skeleton of its source in the sandbox.

What is written runs as it is: it passes the contract suite, and every part is there to be replaced.
"""

from __future__ import annotations

import keyword
import re
import textwrap
from collections.abc import Collection
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from include.cli.mappings import PAGES
from include.cli.registration import register
from include.cli.surroundings import run
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.home import PROJECT
from include.orderhouse.model import LINE, ORDER, Table

SKELETON = Path(__file__).parent / "skeleton"
FILES = {
    "connector.py": "include/orderhouse/connectors/{name}.py",
    "dag.py": "dags/{name}.py",
    "dialect.py": "tests/sandbox/dialects/{name}/__init__.py",
    "truth.py": "tests/truth/{name}.py",
    "test_connector.py": "tests/connectors/test_{name}.py",
}
"""The templates, and what is made of them."""
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST_NAME = 30
MAPPED_OF_ORDER = {
    "source_order_id", "order_number", "status", "order_date", "company_code", "currency", "charges_amount",
    "total_amount",
}  # fmt: skip
MAPPED_OF_LINE = {"source_line_id", "line_type", "description", "quantity_ordered", "unit_price", "net_amount"}
WIDTH = 100


def new_connector(
    name: Annotated[str, typer.Argument(help="Such as acme_erp: lower case, the module's name.")],
    label: Annotated[str, typer.Option(help="The vendor's name of the product.")] = "",
) -> None:
    """Write the skeleton of a connector: its module, DAG, sandbox dialect, truth, test; enter it everywhere."""
    check_name(name)
    label = label or name.replace("_", " ").title()
    values = {
        "name": name,
        "label": label,
        "absent_of_order": _absent(ORDER, MAPPED_OF_ORDER, indent=8),
        "absent_of_line": _absent(LINE, MAPPED_OF_LINE, indent=12),
    }
    for template, place in FILES.items():
        path = PROJECT / place.format(name=name)
        path.parent.mkdir(parents=True, exist_ok=True)
        content = Template((SKELETON / f"{template}.template").read_text(encoding="utf-8")).substitute(values)
        path.write_text(content, encoding="utf-8")
        typer.echo(f"wrote    {path.relative_to(PROJECT)}")
    for entered in register(PROJECT, name, label):
        typer.echo(f"entered  {entered}")
    _write_page(name)
    typer.echo(f"\nIt runs: scripts/test tests/contract -k {name}. Then follow docs/write-a-connector.md.")


def check_name(name: str) -> None:
    """Raise ConfigurationInvalid where no connector can have that name, or one has it already."""
    if not NAME.fullmatch(name) or keyword.iskeyword(name) or len(name) > LONGEST_NAME:
        raise ConfigurationInvalid(
            f"{name!r} cannot be the name of a connector.",
            action=f"Use lower-case letters, digits and single underscores, at most {LONGEST_NAME}, such as acme_erp.",
        )
    taken = [place.format(name=name) for place in FILES.values() if (PROJECT / place.format(name=name)).exists()]
    package = f"include/orderhouse/connectors/{name}"
    if (PROJECT / package).exists():
        taken.insert(0, package)
    if taken:
        raise ConfigurationInvalid(
            f"There is already a connector {name!r}: {taken[0]}.", action="Choose another name, or remove it first."
        )


def _absent(table: Table, mapped: Collection[str], indent: int) -> str:
    """The columns and groups that the skeleton does not map, as lines of one text."""
    names = dict.fromkeys(slot.path[0] for slot in table.slots if not slot.column.optional_to_map)
    lines = textwrap.wrap(" ".join(name for name in names if name not in mapped), WIDTH)
    ended = [f"{line} " for line in lines[:-1]] + lines[-1:]
    return "\n".join(f'{" " * indent}"{line}"' for line in ended)


def _write_page(name: str) -> None:
    from include.orderhouse.connectors import load
    from include.orderhouse.mapping_page import mapping_page

    path = PAGES / f"{name}.md"
    path.write_text(mapping_page(load(name)), encoding="utf-8")
    typer.echo(f"wrote    {path.relative_to(PROJECT)}")


def main() -> None:
    """Run the command line."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(new_connector)
    run(app, "scripts/new-connector")


if __name__ == "__main__":
    main()
