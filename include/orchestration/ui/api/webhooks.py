"""Subscriptions of webhooks: how their deliveries go, and a test of each."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from include.orchestration.targets import stored_target
from include.orchestration.ui.access import Access, AccessDep
from include.orchestration.ui.failures import not_found
from include.orchestration.ui.known_connections import known_connections, mistakes
from include.orchestration.ui.surroundings import visible_connection, visible_connections, visible_mistakes, warehouse
from include.orderhouse.warehouse.messages.deliveries import delivery_counts
from include.orderhouse.webhooks.delivery import Deliverer
from include.orderhouse.webhooks.subscriptions import Subscription, read_webhooks

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


class SubscriptionState(BaseModel):
    """A subscription, and the deliveries of the last thirty days."""

    name: str
    target: str = Field(description="Id of the Airflow Connection with the receiver's URL and signing secret")
    events: list[str] = Field(description="Kinds of events; none means all")
    connections: list[str] = Field(description="Connections they are about; none means all")
    waiting: int
    delivered: int
    given_up: int


class TestOutcome(BaseModel):
    """How a test event fared."""

    is_delivered: bool
    status: int | None = Field(description="HTTP status of the receiver's answer; null where there was none")
    error: str | None = Field(description="What went wrong; null where it was delivered")
    milliseconds: int


@router.get("")
def list_subscriptions(access: AccessDep) -> list[SubscriptionState]:
    """The subscriptions of connections.yaml, where the user may see all connections of one."""
    counts = delivery_counts(warehouse())
    return [
        SubscriptionState(
            name=name,
            target=found.target,
            events=list(found.events),
            connections=list(found.connections),
            **{state: counts.get((name, state), 0) for state in ("waiting", "delivered", "given_up")},
        )
        for name, found in read_webhooks().subscriptions.items()
        if _is_visible(found, access)
    ]


@router.post(
    "/{subscription}/test",
    responses={404: {"description": "There is no such subscription, or the user may not see it"}},
)
async def test_subscription(subscription: str, access: AccessDep) -> TestOutcome:
    """Send a `webhook.test` to one subscription, once and at once. It is for who may sync all its connections."""
    return await run_in_threadpool(_test, subscription, access)


def _test(subscription: str, access: Access) -> TestOutcome:
    webhooks = read_webhooks()
    found = webhooks.subscriptions.get(subscription)
    if found is None or not _is_visible(found, access):
        raise not_found(f"There is no subscription {subscription!r} in connections.yaml, or you may not see it.")
    for name in found.connections or visible_connections(access):
        access.require_trigger(visible_connection(access, name))
    outcome = Deliverer(warehouse(), webhooks, stored_target).test(subscription)
    return TestOutcome(
        is_delivered=outcome.error is None,
        status=outcome.status,
        error=outcome.error,
        milliseconds=outcome.milliseconds,
    )


def _is_visible(subscription: Subscription, access: Access) -> bool:
    """Whether the user may see all connections that it is about, those included whose entry cannot be used."""
    visible = {*visible_connections(access), *visible_mistakes(access)}
    return visible.issuperset(subscription.connections or {*known_connections(), *mistakes()})
