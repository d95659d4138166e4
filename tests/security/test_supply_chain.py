"""What Orderhouse is made of: pinned by hash, under licences that are known, listed, in an image without rights."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from include.orderhouse.home import PROJECT
from tests.security.licences import LOCK, licences

LOCKS = sorted(PROJECT.glob("requirements*.lock"))
PINNED = re.compile(r"[\w.\-\[\]]+==\S+( ;.*?)?(\s+--hash=sha256:[0-9a-f]{64})+")
DOCKERFILE = (PROJECT / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("lock", [*LOCKS, PROJECT / "scripts/setup.lock"], ids=lambda file: file.name)
def test_every_package_is_pinned_by_hash(lock: Path) -> None:
    entries = lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    assert len(entries) > 0
    assert [entry for entry in entries if not PINNED.fullmatch(entry)] == []


def test_every_package_of_the_image_states_a_licence_that_may_be_passed_on() -> None:
    found = licences()
    assert len(found) > 100
    assert [name for name, licence in found.items() if licence == "unknown"] == []


def test_the_bill_of_materials_lists_every_pinned_package(tmp_path: Path) -> None:
    file = tmp_path / "sbom.json"
    environment = {**os.environ, "ORDERHOUSE_VENV": sys.prefix, "PYTHONPATH": ""}
    subprocess.run([str(PROJECT / "scripts/sbom"), str(file)], env=environment, check=True, capture_output=True)
    bill = json.loads(file.read_text(encoding="utf-8"))
    listed = {component["name"] for component in bill["components"]}
    pinned = set(re.findall(r"^([\w.-]+)==", LOCK.read_text(encoding="utf-8"), re.MULTILINE))
    assert (bill["bomFormat"], listed) == ("CycloneDX", pinned)


def test_the_image_is_pinned_and_installs_by_hash_as_an_ordinary_user() -> None:
    lines = [line.split() for line in DOCKERFILE.splitlines() if line[:1].isupper()]
    bases = [line[1] for line in lines if line[0] == "FROM"]
    assert all(re.search(r":[\w.-]*\d+\.\d+\.\d+", base) for base in bases)
    assert [line[1] for line in lines if line[0] == "USER"] == ["50000"]
    installs = [line for line in DOCKERFILE.splitlines() if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line for line in installs)


def test_no_library_of_the_image_tells_its_makers_what_is_done_with_it() -> None:
    assert re.search(r"^\s+GX_ANALYTICS_ENABLED=False$", DOCKERFILE, re.MULTILINE)


def test_no_secret_and_no_default_password_is_in_the_image() -> None:
    assert not re.search(r"(?i)(password|secret|token|api_?key|fernet)\S*\s*[=:]", DOCKERFILE)
    kept_out = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert kept_out[0].strip() in ("*", "**") or "*" in kept_out
    let_in = [line[1:] for line in kept_out if line.startswith("!")]
    assert not [name for name in let_in if "secret" in name or name.startswith((".", "deploy"))]
