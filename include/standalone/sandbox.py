"""The sandbox ERPs beside Airflow: their ports, their credentials, their process."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.home import Home, write_private
from include.orderhouse.ports import LOOPBACK, claim_port

DIALECTS = (
    "business_central",
    "sap_s4hana",
    "netsuite",
    "odoo",
    "erpnext",
    "oracle_fusion",
    "quickbooks",
    "sap_business_one",
    "coupa",
    "xero",
    "acumatica",
    "dynamics_fo",
)
"""In the order of their ports; new ones come last."""
PORT_SETTING = "ORDERHOUSE_SANDBOX_PORT"
DEFAULT_PORT = 9000
_ORDERS = "purchase_order_header.csv"


@dataclass(frozen=True)
class Sandbox:
    """Which company the sandbox serves, and where: ``data`` is a folder of CSV files, None the generated company.

    ``ports`` holds one port per dialect and ``control``.
    """

    home: Home
    ports: Mapping[str, int]
    data: Path | None = None

    def command(self) -> list[str]:
        """The command that serves it."""
        command = [sys.executable, "-m", "tests.sandbox", "--control-port", str(self.ports["control"])]
        for dialect in DIALECTS:
            command += ["--port", f"{dialect}={self.ports[dialect]}"]
        if self.data:
            command += ["--data", str(self.data)]
        else:
            command += ["--since", self.home.secret("sandbox_born_at", lambda: datetime.now(UTC).isoformat())]
        return [*command, "--credentials", str(self._write_credentials())]

    def values(self) -> dict[str, str]:
        """What ``airflow_settings.yaml`` and ``connections.yaml`` refer to: the ports and the initial window."""
        values = {f"ORDERHOUSE_SANDBOX_PORT_{name.upper()}": str(port) for name, port in self.ports.items()}
        if self.data:
            values["ORDERHOUSE_SANDBOX_INITIAL_DAYS"] = str(days_of_history(self.data))
        return values

    def secrets(self) -> dict[str, str]:
        """What only ``airflow_settings.yaml`` refers to; kept out of the environment."""
        return {
            "ORDERHOUSE_SANDBOX_PASSWORD": self._password(),
            "ORDERHOUSE_SANDBOX_PRIVATE_KEY": self._private_key(),
        }

    def is_ready(self) -> bool:
        """Whether it serves."""
        try:
            return httpx.get(f"http://{LOOPBACK}:{self.ports['control']}/health", trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def _write_credentials(self) -> Path:
        """The secrets that every dialect accepts, for the sandbox to read."""
        key = serialization.load_pem_private_key(self._private_key().encode("ascii"), password=None)
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        password = self._password()
        secrets = {
            "business_central": {"client_secret": password},
            "sap_s4hana": {"password": password, "client_secret": password, "api_key": password},
            "netsuite": {"public_key": public.decode("ascii")},
            "odoo": {"password": password},
            "erpnext": {"password": password},
            "oracle_fusion": {"password": password, "client_secret": password},
            "quickbooks": {"client_secret": password, "refresh_token": password},
            "sap_business_one": {"password": password},
            "coupa": {"client_secret": password},
            "xero": {"client_secret": password, "refresh_token": password},
            "acumatica": {"password": password},
            "dynamics_fo": {"client_secret": password},
        }
        path = self.home.sandbox / "credentials.json"
        write_private(path, json.dumps(secrets))
        return path

    def _password(self) -> str:
        return self.home.secret("sandbox_password")

    def _private_key(self) -> str:
        return self.home.secret("sandbox_private_key", _new_private_key)


def claim_ports(base: int) -> dict[str, int]:
    """``base`` for control and the ports after it for the dialects, all free; any free ones for 0."""
    names = ("control", *DIALECTS)
    return {
        name: claim_port(base + index if base else 0, f"the sandbox ({name})", PORT_SETTING)
        for index, name in enumerate(names)
    }


def days_of_history(data: Path) -> int:
    """How many days a window needs to hold the earliest order of a folder."""
    try:
        with (data / _ORDERS).open(encoding="utf-8", newline="") as file:
            earliest = min(row["order_date"][:10] for row in csv.DictReader(file))
    except (OSError, KeyError, ValueError) as error:
        raise ConfigurationInvalid(
            f"{data} is no folder of purchasing data: {_ORDERS} cannot be read ({error}).",
            action="Name a folder with CSV files as docs/sandbox.md describes them.",
        ) from error
    return (datetime.now(UTC).date() - date.fromisoformat(earliest)).days + 2


def _new_private_key() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode("ascii")
