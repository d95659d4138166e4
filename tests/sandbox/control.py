"""The control API: look at the truth and at what was asked; move the clock, make things happen, make things fail."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialect import World
from tests.sandbox.living import live
from tests.sandbox.notifying import Notifier, Target
from tests.sandbox.truth import company_truth
from tests.sandbox.wire import json_response

EVENTS: dict[str, Callable[..., Any]] = {
    name: event
    for name, event in inspect.getmembers(history, inspect.isfunction)
    if event.__module__ == history.__name__ and not name.startswith("_")
}
"""The events that POST /events can name; their arguments are the parameters after company and clock."""


class Control:
    """The endpoints of the control API over one company and the worlds that serve it."""

    def __init__(self, company: Company, clock: Clock, worlds: Mapping[str, World], notifier: Notifier) -> None:
        self._company = company
        self._notifier = notifier
        self._clock = clock
        self._worlds = worlds

    async def health(self, request: Request) -> Response:
        """GET /health: the dialects, the number of orders, the clock."""
        urls = {name: world.base_url for name, world in self._worlds.items()}
        now = self._clock.now().isoformat()
        return json_response({"status": "ok", "dialects": urls, "orders": len(self._company.orders), "now": now})

    async def truth(self, request: Request) -> Response:
        """GET /truth: every order as it truly is."""
        self._company.settle(self._clock.now())
        return json_response(company_truth(self._company))

    async def requests(self, request: Request) -> Response:
        """GET /requests/{dialect}: what was asked, and how hard; DELETE forgets it."""
        world = self._world(request)
        if request.method == "DELETE":
            world.log.clear()
            world.limits.reset()
        limits = {
            "highest_per_minute": world.limits.highest_per_minute,
            "highest_concurrency": world.limits.highest_concurrency,
            "refused": world.limits.refused,
        }
        return json_response({"requests": world.log.records, "tokens_issued": world.tokens.issued, "limits": limits})

    async def credentials(self, request: Request) -> Response:
        """GET /credentials/{dialect}: the well-known ones of the sandbox, which guard only generated data."""
        return json_response(dict(self._world(request).credentials))

    async def clock(self, request: Request) -> Response:
        """POST /clock with `advance_seconds`, `set` (ISO instant) or `freeze` (bool); answers the new time."""
        match await _body(request):
            case {"advance_seconds": int() | float() as seconds}:
                self._clock.advance(seconds)
            case {"set": str() as instant}:
                self._clock.set(datetime.fromisoformat(instant))
            case {"freeze": bool() as freeze}:
                self._clock.freeze() if freeze else self._clock.unfreeze()
            case _:
                raise ValueError("expected one of advance_seconds, set, freeze")
        return json_response({"now": self._clock.now().isoformat()})

    async def events(self, request: Request) -> Response:
        """POST /events with `n` (and `seed`, `seconds`) for random ones, or `event` and its arguments."""
        body = await _body(request)
        self._company.settle(self._clock.now())
        if "n" in body:
            happened = live(self._company, self._clock, body["n"], body.get("seed", 0), body.get("seconds", 0.0))
            return json_response({"events": happened})
        name = body.pop("event", None)
        if name not in EVENTS:
            raise ValueError(f"no event {name!r}; there are: n (random ones), {', '.join(EVENTS)}")
        arguments = {key: _argument(key, value) for key, value in body.items()}
        return json_response({"result": EVENTS[name](self._company, self._clock, **arguments)})

    async def faults(self, request: Request) -> Response:
        """POST /faults/{dialect} with one fault or a list of them; DELETE clears all; both answer those planned."""
        plan = self._world(request).faults
        if request.method == "DELETE":
            plan.clear()
        elif request.method == "POST":
            body = json.loads(await request.body())
            plan.add_all(body if isinstance(body, list) else [body])
        return json_response(msgspec.to_builtins(plan.faults))

    async def limits(self, request: Request) -> Response:
        """POST /limits/{dialect} with `requests_per_minute` and `concurrency`; what is left out is unlimited."""
        self._world(request).limits.set(**await _body(request))
        return json_response({})

    async def notifications(self, request: Request) -> Response:
        """POST /notifications/{dialect} with `url` and `secret`: let it post its changes there; DELETE ends that.

        All answer what it has posted of late.
        """
        dialect = self._world(request).dialect.name
        if request.method == "POST":
            self._notifier.subscribe(dialect, Target(**await _body(request)))
        elif request.method == "DELETE":
            self._notifier.unsubscribe(dialect)
        return json_response(self._notifier.posted(dialect))

    def _world(self, request: Request) -> World:
        return self._worlds[request.path_params["dialect"]]


def control_app(company: Company, clock: Clock, worlds: Mapping[str, World], notifier: Notifier) -> Starlette:
    """The control API as an application; a request it cannot follow is answered with 400 or 404 and the reason."""
    control = Control(company, clock, worlds, notifier)
    routes = [
        Route("/health", control.health),
        Route("/truth", control.truth),
        Route("/requests/{dialect}", control.requests, methods=["GET", "DELETE"]),
        Route("/credentials/{dialect}", control.credentials),
        Route("/clock", control.clock, methods=["POST"]),
        Route("/events", control.events, methods=["POST"]),
        Route("/faults/{dialect}", control.faults, methods=["GET", "POST", "DELETE"]),
        Route("/limits/{dialect}", control.limits, methods=["POST"]),
        Route("/notifications/{dialect}", control.notifications, methods=["GET", "POST", "DELETE"]),
    ]
    return Starlette(routes=routes, exception_handlers={ValueError: _refuse, TypeError: _refuse, KeyError: _not_found})


async def _body(request: Request) -> dict[str, Any]:
    body = json.loads(await request.body())
    if not isinstance(body, dict):
        raise ValueError("expected a JSON object")
    return body


def _argument(name: str, value: Any) -> Any:
    return Decimal(str(value)) if name in ("quantity", "rejected") else value


async def _refuse(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)


async def _not_found(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": f"there is no {error}"}, 404)
