"""The README and the guides name only what exists."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest

from include.cli.commands import app
from include.orderhouse.configuration.connections import read_connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.transform.batch import Transform

PROJECT = Path(__file__).parents[2]
PAGES = sorted(page for pattern in ("*.md", "docs/*.md", "docs/decisions/*.md") for page in PROJECT.glob(pattern))
CONNECTORS = sorted(PROJECT.glob("docs/connectors/*.md"))
IDS = [str(page.relative_to(PROJECT)) for page in PAGES]


@pytest.fixture(scope="session")
def code() -> str:
    """All that may read an environment variable."""
    files = chain(PROJECT.glob("include/**/*.py"), PROJECT.glob("include/*.yaml"), PROJECT.glob("scripts/*"))
    compose = re.findall(r"\$\{\w+", (PROJECT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    return "\n".join([*(file.read_text(encoding="utf-8") for file in files), *compose])


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_environment_variable_that_a_page_names_is_read_by_the_code(page: Path, code: str) -> None:
    named = set(re.findall(r"\bORDERHOUSE_[A-Z]+(?:_[A-Z]+)*", page.read_text(encoding="utf-8")))
    assert sorted(name for name in named if not re.search(rf"\b{name}\b", code)) == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_script_that_a_page_names_exists(page: Path) -> None:
    named = set(re.findall(r"\bscripts/[a-z]+(?:-[a-z]+)*\b(?:\.\w+)?", page.read_text(encoding="utf-8")))
    assert sorted(name for name in named if not (PROJECT / name).is_file()) == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_command_of_scripts_orderhouse_that_a_page_names_exists(page: Path) -> None:
    known = {command.callback.__name__ for command in app.registered_commands if command.callback}
    known |= {group.typer_instance.info.name for group in app.registered_groups if group.typer_instance}
    named = set(re.findall(r"scripts/orderhouse ([a-z]+)", page.read_text(encoding="utf-8")))
    assert sorted(named - known) == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_link_to_another_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    assert sorted(link for link in links if not (page.parent / link).exists()) == []


@pytest.mark.parametrize("page", [*PAGES, *CONNECTORS], ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_link_to_a_heading_leads_to_one(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text(encoding="utf-8"))
    targets = [(page.parent / name if name else page, anchor) for name, anchor in links]
    assert sorted((target.name, anchor) for target, anchor in targets if anchor not in _anchors(target)) == []


def _anchors(page: Path) -> set[str]:
    """What leads to the headings of a page, as GitHub makes it."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = (re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", found) for found in re.findall(r"^#+ (.+)$", text, re.MULTILINE))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_what_a_page_quotes_from_a_file_stands_there(page: Path) -> None:
    quotes = re.findall(r"^`(\S+\.py)`\n\n```\w+\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert [(file, text) for file, text in quotes if text not in (PROJECT / file).read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("page", CONNECTORS, ids=lambda page: page.stem)
def test_what_the_transform_or_the_load_fills_is_not_called_always_null(page: Path) -> None:
    never = re.findall(r"always NULL: (.*)", page.read_text(encoding="utf-8"))
    assert never
    assert [
        name for name in re.findall(r"\w+", " ".join(never)) if re.search("_amount_company$|^is_deleted$", name)
    ] == []


def test_every_module_of_the_product_stands_in_the_architecture() -> None:
    tree = (PROJECT / "docs/architecture.md").read_text(encoding="utf-8").partition("```")[2].partition("```")[0]
    parts = {found.name for found in (PROJECT / "include/orderhouse").iterdir() if found.name[0] not in "_."}
    named = {name.rstrip("/") for line in tree.splitlines() for name in re.findall(r"[\w]+(?:\.py|/)", line)}
    assert sorted(parts - named) == []


def test_every_option_of_a_connection_is_described() -> None:
    described = (PROJECT / "docs/add-a-connection.md").read_text(encoding="utf-8")
    assert sorted(name for name in Options.model_fields if f"`{name}`" not in described) == []


def test_every_dependency_has_its_reason() -> None:
    reasons = (PROJECT / "docs/decisions/0001-dependencies.md").read_text(encoding="utf-8")
    wanted = [re.split("[!=]=", line)[0] for line in (PROJECT / "requirements.txt").read_text(encoding="utf-8").split()]
    assert sorted(name for name in wanted if f"`{name}`" not in reasons) == []


def test_the_examples_of_custom_fields_and_overrides_can_be_used(tmp_path: Path) -> None:
    page = (PROJECT / "docs/custom-fields.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    used = []
    for connector, example in zip(("odoo", "odoo", "odoo", "sap_s4hana"), examples, strict=True):
        file = tmp_path / "connections.yaml"
        entry = f"connections:\n  acme:\n    connector: {connector}\n    customer: acme\n{example}"
        file.write_text(entry, encoding="utf-8")
        connection = read_connection("acme", file)
        assert Transform(connection).connection == connection
        used.append((len(connection.options.custom_fields), sorted(connection.options.overrides)))
    assert used == [(3, []), (0, ["line", "order"]), (0, ["line"]), (0, ["order"])]
