"""What is fuzzed: every parser of foreign data, each with inputs that began as good ones. A target returns what became
of an input: ``read``, or the code of the clear error that refused it. Anything else that is raised is a crash.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import yaml

from include.orderhouse import wire
from include.orderhouse.configuration.alerts import read_alerts
from include.orderhouse.configuration.connections import read_connections
from include.orderhouse.connectors import CONNECTORS, load
from include.orderhouse.errors import OrderhouseError
from include.orderhouse.notification import Call
from include.orderhouse.transform.batch import Transform
from include.orderhouse.webhooks.receiving import _read as read_notification
from include.orderhouse.webhooks.subscriptions import read_webhooks
from tests.sandbox.clock import Clock
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox
from tests.security.mutation import POISONS, mutated, tree_mutated
from tests.security.replay import Subject
from tests.sync.conftest import NOW, SETTINGS
from tests.webhooks.test_notifications import EXAMPLES, SECRET, Example

Target = Callable[[Random], str]

_OVERRIDES = {
    "order": {"currency": {"source": "a.b"}, "status": {"source": "state", "codes": {"purchase": "approved"}}},
    "line": {"description": {"constant": "none"}, "quantity_ordered": {"source": "qty"}},
}
_FIELDS = [
    {"table": "order", "source": "partner_ref", "name": "reference", "type": "text"},
    {"table": "line", "pattern": "x_*"},
    {"table": "order", "source": "amount_total", "type": "decimal"},
]
_CHANGED = {"overrides": _OVERRIDES, "custom_fields": _FIELDS}
_ENTRY = {"connector": "odoo", "customer": "acme", "sync_every": "15m", **_CHANGED}
_CUTS = (b"\t", b"&a *a", b"!!python/object/apply:os.system [id]", b"${HOME", b"${NONE}", b"\x00", b"\xff", b": : :")
_DOCUMENT = {
    "connections": {
        "acme_odoo": {**_ENTRY, "tls": {"pins": ["sha256/" + "A" * 43 + "="]}, "retention": {"raw": "30d"}},
        "acme_xero": {"connector": "xero", "customer": "acme", "settings": SETTINGS["xero"], "max_reject_share": 0.1},
        "globex_bc": {"connector": "business_central", "customer": "globex", "settings": SETTINGS["business_central"]},
    },
    "webhooks": {
        "hosts": ["hooks.example.com", "*.example.org"],
        "networks": ["10.0.0.0/8"],
        "subscriptions": {"ops": {"target": "ops_hook", "events": ["sync.failed"], "connections": ["acme_odoo"]}},
    },
    "alerts": {},
}


@contextmanager
def targets(connectors: tuple[str, ...] = CONNECTORS) -> Iterator[dict[str, Target]]:
    """All targets by name, while a sandbox runs from whose answers they began."""
    with (
        sandbox(generate(7, orders=8, now=NOW), connectors, Clock(NOW)) as running,
        tempfile.TemporaryDirectory() as folder,
    ):
        file = Path(folder) / "connections.yaml"
        found: dict[str, Target] = {"connections.yaml": partial(_configure, file)}
        found["mapping overrides, custom fields"] = partial(_override, file, _subject("odoo", running))
        found["run parameters"] = _ask
        found["notifications"] = _notify
        for name in connectors:
            subject = _subject(name, running)
            found[f"{name}: answers"] = partial(_answer, subject)
            found[f"{name}: orders"] = partial(_map, subject)
        yield found


def outcome(target: Target, seed: int) -> str:
    """What became of an input; ``crash`` and what was raised where it was no error of the tree."""
    try:
        return target(Random(seed))
    except OrderhouseError as error:
        return error.code
    except Exception as error:
        return f"crash: {type(error).__name__}: {error}"[:200]


def _subject(name: str, running: Sandbox) -> Callable[[], Subject]:
    """The connector's subject, made when it is first wanted."""
    made: list[Subject] = []

    def get() -> Subject:
        if not made:
            made.append(Subject(name, running))
        return made[0]

    return get


def _answer(subject: Callable[[], Subject], random: Random) -> str:
    subject().recording.spoil(random)
    subject().read()
    return "read"


def _map(subject: Callable[[], Subject], random: Random) -> str:
    subject().map_spoilt(random)
    return "read"


def _configure(file: Path, random: Random) -> str:
    as_yaml = yaml.safe_dump(_DOCUMENT).encode()
    content = mutated(wire.encode(_DOCUMENT), random) if random.random() < 0.8 else _cut(as_yaml, random)
    file.write_bytes(content)
    for read in (read_connections, read_webhooks, read_alerts):
        read(file)
    return "read"


def _cut(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content))
    return content[:at] + random.choice(_CUTS) + content[at:]


def _override(file: Path, subject: Callable[[], Subject], random: Random) -> str:
    changed = tree_mutated(wire.decode(wire.encode(_CHANGED)), random)
    entry = {**_ENTRY, **changed}
    file.write_text(json.dumps({"connections": {"acme_odoo": entry}}), encoding="ascii")
    connection = read_connections(file)["acme_odoo"]
    subject().map_with(Transform(connection))
    return "read"


def _notify(random: Random) -> str:
    example: Example = random.choice(EXAMPLES)
    connector = load(example.connector)
    assert connector.notifications
    settings = SimpleNamespace(name="fuzzed", connector=connector, settings=_settings(example.connector))
    told = random.choice(("", "\x00", "Basic ====", "é", SECRET))
    headers = dict.fromkeys(("authorization", "intuit-signature"), told)
    call = Call(headers, {"validationToken": str(random.choice(POISONS))}, mutated(wire.encode(example.body), random))
    connector.notifications.greet(call)
    assert isinstance(connector.notifications.is_genuine(call, SECRET), bool)
    letter, sent_at = read_notification(settings, call)  # type: ignore[arg-type]
    assert sent_at is None or isinstance(datetime.now(UTC) - sent_at, object)
    assert all(isinstance(key, str) for key in letter.order_ids)
    return "read" if letter.problem is None else "UNEXPECTED_SHAPE"


def _settings(connector: str) -> Any:
    from tests.webhooks.test_notifications import SETTINGS as KNOWN

    return KNOWN.get(connector) or SimpleNamespace()


def _ask(random: Random) -> str:
    from airflow.sdk.exceptions import ParamValidationError

    from include.orchestration.form import run_form, sync_request

    good: tuple[dict[str, Any], ...] = (
        {"mode": "window", "window_start": "2026-01-01T00:00:00Z", "window_end": "2026-02-01T00:00:00Z"},
        {"mode": "replay", "reject_ids": ["0a1b2c3d-0000-4000-8000-00000000000a"]},
        {"mode": "orders", "order_ids": ["7"]},
    )
    form = {name: param.value for name, param in run_form(["odoo"]).items()}
    form |= {**random.choice(good), "max_reject_share": 0.1}
    for name in random.sample(sorted(form), k=random.choice((1, 1, 2))):
        form[name] = random.choice((*POISONS, [random.choice(POISONS)]))
    try:
        params = {name: param.resolve(form[name]) for name, param in run_form(["odoo"]).items()}
    except ParamValidationError:
        return "PARAM_REFUSED"
    run = SimpleNamespace(run_type="manual", triggering_user_name="ada", dag_id="d", run_id="r")
    sync_request({"dag_run": run, "params": params}, "acme_odoo")  # type: ignore[typeddict-item]
    return "read"
