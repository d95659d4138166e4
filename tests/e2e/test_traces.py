"""No secret is left behind: not in logs, XCom, rendered templates, staged files, reports, errors or the warehouse.

What is searched for are recognisable passwords, the private key, and the access and refresh tokens that the sandbox
issued, after runs that succeeded, were refused, limited and killed. The search itself is held to what it must find.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future
from functools import cache
from pathlib import Path

import httpx
import pytest

from include.orderhouse.cipher import Cipher
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.keys.keyring import Keyring
from tests.e2e.conftest import PLANTED, WRONG
from tests.e2e.installation import Airflow, Run
from tests.e2e.kills import CONNECTION, KilledRun
from tests.e2e.traces import (
    forms,
    traces_in_database,
    traces_in_files,
    traces_in_pages,
    traces_in_payloads,
    traces_in_staged,
)
from tests.sandbox.tokens import PREFIX


@pytest.fixture(scope="module")
def killed(killed_run: Future[KilledRun]) -> KilledRun:
    """The killed run, ended."""
    return killed_run.result()


@pytest.fixture(scope="module")
def ciphers(airflow: Airflow, killed: KilledRun) -> Callable[[str], Cipher]:
    """What opens all that is sealed, by customer."""
    return cache(Keyring(connect(airflow.owner_address, keep_open=False)).cipher)


@pytest.fixture(scope="module")
def cipher(ciphers: Callable[[str], Cipher]) -> Cipher:
    """That of the customer of most connections."""
    return ciphers("tests")


@pytest.fixture(scope="module")
def echoing_run(airflow: Airflow) -> Run:
    """A run of SAP's DAG whose source repeats the password in its error."""
    error = {"code": "ODATA/001", "message": f"No service for ORDERHOUSE with {PLANTED}"}
    fault = {"path": "0001/PurchaseOrder", "value": {"error": error}, "times": None}
    airflow.plan_fault("sap_s4hana", kind="wrong_shape", **fault)
    try:
        return airflow.run("purchase_orders__sap_s4hana")
    finally:
        airflow.clear_faults("sap_s4hana")


@pytest.fixture(scope="module")
def secrets(
    airflow: Airflow, limited_run: str, odoo_run: Run, killed: KilledRun, echoing_run: Run, master_key: str
) -> Collection[str]:
    """What may be found nowhere, once all the runs have ended."""
    airflow.wait("purchase_orders__business_central", limited_run)
    assert echoing_run.state == "failed"
    assert airflow.requests("business_central")["tokens_issued"] > 0
    assert airflow.requests("netsuite")["tokens_issued"] > 0
    assert airflow.run("purchase_orders__quickbooks").state == "success"
    assert airflow.requests("quickbooks")["tokens_issued"] > 0
    assert airflow.rows("SELECT FROM ops.token")
    private_key = forms(airflow.home.secret("sandbox_private_key"))
    assert private_key
    passwords = forms(PLANTED, "ORDERHOUSE") | forms(PLANTED, "orderhouse") | forms(WRONG, "orderhouse")
    own = {airflow.home.secret(name) for name in ("airflow_admin_password", "analyst_password")} | {master_key}
    return passwords | private_key | own | {PREFIX}


def test_no_log_report_or_staged_file_holds_a_secret(
    airflow: Airflow, secrets: Collection[str], killed: KilledRun, cipher: Cipher
) -> None:
    """The places that are there to hold secrets are left out: the folders of generated ones, the encrypted database."""
    home = airflow.home
    keepers = (home.secrets, home.sandbox, home.postgres / "data")
    assert list(traces_in_files(home.root, secrets, leave_out=keepers)) == []
    assert list(traces_in_files(killed.staged, secrets)) == []
    assert list(traces_in_staged(killed.staged, CONNECTION, cipher, secrets)) == []


def test_no_table_of_airflow_holds_a_secret(airflow: Airflow, secrets: Collection[str]) -> None:
    assert list(traces_in_database(airflow.installation.host.postgres.libpq_url("airflow"), secrets)) == []


def test_no_table_of_the_warehouse_holds_a_secret(
    airflow: Airflow, secrets: Collection[str], ciphers: Callable[[str], Cipher]
) -> None:
    assert list(traces_in_payloads(airflow.owner_address, ciphers, secrets)) == []
    assert list(traces_in_database(airflow.owner_address, secrets)) == []


@pytest.fixture
def site(airflow: Airflow) -> Iterator[httpx.Client]:
    """Airflow's UI with the login of its administrator."""
    login = {"username": "admin", "password": airflow.home.secret("airflow_admin_password")}
    with httpx.Client(base_url=airflow.installation.host.api_url, timeout=60, trust_env=False) as client:
        token = client.post("/auth/token", json=login).raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def test_no_page_and_no_answer_of_the_api_holds_a_secret(site: httpx.Client, secrets: Collection[str]) -> None:
    for start in ("/orderhouse/", *(f"/orderhouse/api/v1/{name}" for name in ("connections", "runs", "rejects"))):
        assert list(traces_in_pages(site, start, secrets)) == []


def test_the_search_looks_into_pages_that_others_lead_to(site: httpx.Client, echoing_run: Run) -> None:
    hits = list(traces_in_pages(site, "/orderhouse/", ["No service for ORDERHOUSE"]))
    assert any("/runs/" in hit for hit in hits)


def test_a_source_that_repeats_a_password_in_its_error_is_quoted_without_it(airflow: Airflow, echoing_run: Run) -> None:
    (sync,) = airflow.syncs("sap_backfilled", echoing_run.run_id)
    assert "No service for ORDERHOUSE with ***" in sync["error_message"]


def test_the_search_looks_into_the_logs_of_tasks(airflow: Airflow, odoo_run: Run) -> None:
    hits = list(traces_in_files(airflow.home.airflow / "logs", ["AUTHENTICATION_FAILED"]))
    assert any(odoo_run.run_id in hit for hit in hits)


def test_the_search_looks_into_sealed_files_and_payloads(
    airflow: Airflow, killed: KilledRun, ciphers: Callable[[str], Cipher], cipher: Cipher
) -> None:
    query = "SELECT order_number FROM procurement.purchase_order WHERE connection = %s LIMIT 1"
    (order,) = airflow.rows(query, CONNECTION)
    known = [order["order_number"]]
    assert list(traces_in_files(killed.staged, known)) == []
    hits = traces_in_staged(killed.staged, CONNECTION, cipher, known)
    kinds = {Path(hit.split(":")[0]).suffix for hit in hits}
    assert {".zst", ".arrow"} <= kinds, "pages and tables"
    columns = {hit.split(":")[0] for hit in traces_in_database(airflow.owner_address, known)}
    assert "procurement.purchase_order.order_number" in columns
    assert "ops.order_raw.payload" not in columns
    hits = traces_in_payloads(airflow.owner_address, ciphers, known)
    assert "ops.order_raw" in {hit.split(":")[0] for hit in hits}


def test_the_search_looks_into_the_tables_of_airflow(airflow: Airflow, odoo_run: Run) -> None:
    address = airflow.installation.host.postgres.libpq_url("airflow")
    columns = {hit.split(":")[0] for hit in traces_in_database(address, ["odoo_locked_out"])}
    assert {"public.xcom.value", "public.task_instance.rendered_map_index"} <= columns


def test_the_search_knows_a_secret_in_every_form(tmp_path: Path) -> None:
    texts = ("x pass/word y", "?key=pass%2Fword&", "Basic bWU6cGFzcy93b3Jk", '{"a": "pass\\u002fword"}')
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.log").write_text(text, encoding="utf-8")
    assert len(list(traces_in_files(tmp_path, forms("pass/word", "me")))) == len(texts)
