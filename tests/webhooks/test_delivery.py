"""Deliveries to a real receiver: signed, at least once, never twice at a time, patient, and logged."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.ports import claim_port
from include.orderhouse.warehouse.messages.deliveries import LEASE, Outcome, claim_due, forget, settle
from include.orderhouse.warehouse.records.erasure import erase_rows
from include.orderhouse.webhooks.delivery import AT_ONCE, FIRST_DELAY, KEPT_FOR, LONGEST_DELAY, Deliverer, next_delay
from include.orderhouse.webhooks.posting import Target
from include.orderhouse.webhooks.signature import signed_headers, signing_keys
from include.orderhouse.webhooks.subscriptions import Webhooks
from include.standalone.airflow_api import wait_for
from tests.warehouse.orders import rows
from tests.webhooks.conftest import ON_LOOPBACK, SECRET, deliverer, happened, make_due
from tests.webhooks.receiver import Receiver, speaking

LOG = "SELECT attempt, status, error FROM ops.webhook_attempt ORDER BY attempt"
STATE = "SELECT state, attempts, ended_at IS NOT NULL FROM ops.webhook_delivery"


def test_an_event_arrives_signed_under_its_id_with_type_time_and_data(engine: sa.Engine, peer: Receiver) -> None:
    event_id = happened(engine)
    assert deliverer(engine, peer.url).deliver(5) == 1
    (came,) = peer.received
    assert came.headers["webhook-id"] == event_id
    assert came.headers["content-type"] == "application/json"
    signed_at = datetime.fromtimestamp(int(came.headers["webhook-timestamp"]), UTC)
    assert abs(datetime.now(UTC) - signed_at) < timedelta(minutes=1)
    assert signed_headers(signing_keys(SECRET), event_id, signed_at, came.body).items() <= came.headers.items()
    body = json.loads(came.body)
    assert (body["type"], body["data"]) == ("connection.offline", {"connection": "acme_us"})
    assert datetime.now(UTC) - datetime.fromisoformat(body["timestamp"]) < timedelta(minutes=1)
    assert rows(engine, STATE) == [("delivered", 1, True)]
    assert rows(engine, LOG) == [(1, 204, None)]


def test_an_event_arrives_also_after_days_on_which_nobody_delivered(engine: sa.Engine, peer: Receiver) -> None:
    for days in (29, 31):
        event_id = happened(engine)
        with engine.begin() as session:
            age = sa.text("UPDATE ops.webhook_event SET occurred_at = occurred_at - :age WHERE event_id = :event_id")
            session.execute(age, {"age": timedelta(days=days), "event_id": event_id})
    assert deliverer(engine, peer.url).deliver(5) == 1
    assert len(peer.received) == 1


def test_a_backlog_is_made_out_to_any_number_of_subscriptions(engine: sa.Engine, peer: Receiver) -> None:
    """PostgreSQL takes 65,535 parameters in a statement."""
    made = deliverer(engine, peer.url)
    one = made.webhooks.subscriptions["bus"]
    many = made.webhooks.model_copy(update={"subscriptions": {f"bus {number}": one for number in range(70)}})
    for _ in range(200):
        happened(engine)
    Deliverer(engine, many, made.find_target).distribute()
    assert rows(engine, "SELECT count(*) FROM ops.webhook_delivery") == [(14_000,)]


def test_a_failing_receiver_is_tried_again_under_the_same_id_until_it_takes_it(
    engine: sa.Engine, peer: Receiver
) -> None:
    happened(engine)
    peer.status = 503
    assert deliverer(engine, peer.url).deliver(5) == 0
    assert deliverer(engine, peer.url).deliver(5) == 0, "nothing is due before its time"
    peer.status = 200
    make_due(engine)
    assert deliverer(engine, peer.url).deliver(5) == 1
    assert len(peer.received) == 2
    assert len({(came.headers["webhook-id"], came.body) for came in peer.received}) == 1
    assert rows(engine, LOG) == [(1, 503, "status 503"), (2, 200, None)]


def test_a_slow_receiver_is_left_after_the_time_of_one_attempt(engine: sa.Engine, peer: Receiver) -> None:
    happened(engine)
    peer.seconds = 3
    assert deliverer(engine, peer.url, seconds=0.3).deliver(5) == 0
    assert rows(engine, LOG) == [(1, None, "no answer within 0.3 s")]


def test_a_redirect_is_not_followed(engine: sa.Engine, peer: Receiver) -> None:
    happened(engine)
    peer.status, peer.headers = 307, {"location": f"http://127.0.0.1:{peer.port}/elsewhere"}
    assert deliverer(engine, peer.url).deliver(5) == 0
    assert len(peer.received) == 1
    assert rows(engine, LOG) == [(1, 307, "status 307: redirects are not followed")]


def test_what_a_receiver_says_in_place_of_an_answer_is_kept_in_short(engine: sa.Engine) -> None:
    happened(engine)
    with speaking(b"planted\0" * 2000 + b"\r\n\r\n") as port:
        assert deliverer(engine, f"http://127.0.0.1:{port}/").deliver(5) == 0
    ((_, status, error),) = rows(engine, LOG)
    assert (status, error.split(":")[0], len(error)) == (None, "RemoteProtocolError", 300)
    assert rows(engine, STATE) == [("waiting", 1, False)]


def test_the_body_of_an_answer_is_not_waited_for(engine: sa.Engine) -> None:
    happened(engine)
    with speaking(b"HTTP/1.1 200 OK\r\ncontent-length: 9000000000\r\n\r\n") as port:
        assert deliverer(engine, f"http://127.0.0.1:{port}/").deliver(5) == 1


def test_a_receiver_that_asks_for_patience_is_left_alone_for_as_long(engine: sa.Engine, peer: Receiver) -> None:
    happened(engine)
    peer.status, peer.headers = 429, {"retry-after": "7200"}
    deliverer(engine, peer.url).deliver(5)
    assert rows(engine, "SELECT due_at > now() + interval '1 hour' FROM ops.webhook_delivery") == [(True,)]


def test_a_receiver_that_is_gone_is_not_asked_again(engine: sa.Engine, peer: Receiver) -> None:
    happened(engine)
    peer.status = 410
    deliverer(engine, peer.url).deliver(5)
    assert rows(engine, STATE) == [("given_up", 1, True)]


def test_a_receiver_that_does_not_know_the_address_now_is_asked_again(engine: sa.Engine, peer: Receiver) -> None:
    happened(engine)
    peer.status = 404
    deliverer(engine, peer.url).deliver(5)
    assert rows(engine, STATE) == [("waiting", 1, False)]


def test_a_receiver_that_cannot_be_reached_is_tried_again(engine: sa.Engine) -> None:
    happened(engine)
    port = claim_port(0, "nobody", "none")
    deliverer(engine, f"http://127.0.0.1:{port}/").deliver(5)
    ((_, status, error),) = rows(engine, LOG)
    assert (status, error.split(":")[0]) == (None, "ConnectError")
    assert rows(engine, STATE) == [("waiting", 1, False)]


def test_a_subscription_whose_receiver_fails_holds_no_other_up(engine: sa.Engine, peer: Receiver) -> None:
    dead = claim_port(0, "nobody", "none")
    for _ in range(20):
        happened(engine)
    subscriptions = {"dead": {"target": "dead"}, "bus": {"target": "bus"}}
    webhooks = Webhooks.model_validate({**ON_LOOPBACK, "subscriptions": subscriptions})
    ports = {"dead": dead, "bus": peer.port}
    keys = signing_keys(SECRET)
    made = Deliverer(engine, webhooks, lambda name: Target(f"http://127.0.0.1:{ports[name]}/", keys))
    assert made.deliver(20) == 20
    (tried,) = rows(engine, "SELECT count(*) FROM ops.webhook_attempt WHERE subscription = 'dead'")
    assert tried[0] <= 4


def test_parallel_deliverers_never_make_the_same_attempt_twice(engine: sa.Engine, peer: Receiver) -> None:
    ids = {happened(engine) for _ in range(60)}
    peer.seconds = 0.01
    with ThreadPoolExecutor(5) as pool:
        delivered = sum(pool.map(lambda _: deliverer(engine, peer.url).deliver(20), range(5)))
    assert delivered == 60
    assert Counter(came.headers["webhook-id"] for came in peer.received) == dict.fromkeys(ids, 1)


def test_what_a_dead_deliverer_had_claimed_is_delivered_when_its_claim_runs_out(
    engine: sa.Engine, peer: Receiver
) -> None:
    happened(engine)
    made = deliverer(engine, peer.url)
    made.distribute()
    assert claim_due(engine) is not None
    assert made.deliver(5) == 0, "it belongs to the one that has claimed it"
    with engine.begin() as session:
        session.execute(sa.text("UPDATE ops.webhook_delivery SET due_at = due_at - :lease"), {"lease": LEASE})
    assert made.deliver(5) == 1
    assert rows(engine, LOG) == [(2, 204, None)]


def test_a_deliverer_that_comes_back_late_changes_nothing(engine: sa.Engine, peer: Receiver) -> None:
    happened(engine)
    made = deliverer(engine, peer.url)
    made.distribute()
    late = claim_due(engine)
    assert late is not None
    make_due(engine)
    assert made.deliver(5) == 1
    settle(engine, late, Outcome(500, "status 500", 1), timedelta(seconds=30))
    assert rows(engine, STATE) == [("delivered", 2, True)]


def test_an_attempt_whose_connection_is_erased_meanwhile_leaves_nothing_behind(
    engine: sa.Engine, peer: Receiver
) -> None:
    happened(engine)
    busy = deliverer(engine, peer.url)
    find = busy.find_target

    def erased_meanwhile(name: str) -> Target:
        erase_rows(engine, "acme_us", None)
        return find(name)

    busy.find_target = erased_meanwhile
    assert busy.deliver(5) == 1
    assert rows(engine, "SELECT connection FROM ops.webhook_attempt") == []


def test_an_attempt_that_ends_while_its_connection_is_being_erased_waits_and_leaves_nothing(engine: sa.Engine) -> None:
    happened(engine)
    deliverer(engine, "http://127.0.0.1:1/").distribute()
    claim = claim_due(engine)
    assert claim is not None
    with engine.connect() as erasing, ThreadPoolExecutor(1) as pool:
        erasing.execute(sa.text("DELETE FROM ops.webhook_event"))
        settling = pool.submit(settle, engine, claim, Outcome(204, None, 1), None)
        waiting = "SELECT 1 FROM pg_locks WHERE NOT granted"
        assert wait_for(lambda: bool(rows(engine, waiting)) or settling.done(), seconds=20, pause=0.02)
        erasing.commit()
        settling.result(20)
    assert rows(engine, "SELECT connection FROM ops.webhook_attempt") == []


def test_an_attempt_that_ends_late_does_not_end_the_one_under_way(engine: sa.Engine, peer: Receiver) -> None:
    happened(engine)
    deliverer(engine, peer.url).distribute()
    late = claim_due(engine)
    make_due(engine)
    assert late is not None
    assert claim_due(engine) is not None
    settle(engine, late, Outcome(500, "status 500", 1), None)
    assert rows(engine, STATE) == [("waiting", 2, False)]


def test_the_waits_double_from_half_a_minute_to_a_day_and_then_end() -> None:
    waits = []
    failed = Outcome(500, "status 500", 1)
    while (wait := next_delay(len(waits) + 1, failed)) is not None:
        waits.append(wait)
    assert FIRST_DELAY <= waits[0] <= FIRST_DELAY * 1.25
    assert all(FIRST_DELAY * 2**number <= wait for number, wait in enumerate(waits[:-1]))
    assert waits[-1] == LONGEST_DELAY
    assert max(waits[:-1]) < LONGEST_DELAY
    assert len(waits) == 13
    assert len({next_delay(1, failed) for _ in range(5)}) > 1, "deliveries that failed together come back apart"


@pytest.mark.parametrize(("asked", "expected"), [(7200.0, 7200.0), (1e9, 86400.0)])
def test_a_receiver_may_ask_for_a_longer_wait(asked: float, expected: float) -> None:
    assert next_delay(1, Outcome(429, "status 429", 1, asked)) == timedelta(seconds=expected)


@pytest.mark.parametrize("asked", [float("nan"), -5.0, 0.0, 1.0])
def test_a_senseless_or_shorter_wait_is_not_taken(asked: float) -> None:
    wait = next_delay(1, Outcome(429, "status 429", 1, asked))
    assert wait is not None
    assert wait >= FIRST_DELAY


def test_when_the_time_is_up_no_attempt_is_begun_and_what_is_due_stays_so(engine: sa.Engine, peer: Receiver) -> None:
    happened(engine)
    made = deliverer(engine, peer.url)
    assert (made.deliver(0), peer.received) == (0, [])
    assert made.deliver(5) == 1


def test_what_has_been_due_longest_is_attempted_first(engine: sa.Engine) -> None:
    happened(engine)
    older = happened(engine)
    deliverer(engine, "http://127.0.0.1:1/").distribute()
    with engine.begin() as session:
        earlier = sa.text("UPDATE ops.webhook_delivery SET due_at = due_at - interval '1 hour' WHERE event_id = :older")
        session.execute(earlier, {"older": older})
    claim = claim_due(engine)
    assert claim is not None
    assert claim.event_id == older


def test_only_who_asked_for_an_event_is_told(engine: sa.Engine, peer: Receiver) -> None:
    wanted = happened(engine, "sync.failed", "acme_us")
    happened(engine, "sync.failed", "acme_eu")
    happened(engine, "sync.completed", "acme_us")
    bus = {"target": "bus", "events": ["sync.failed"], "connections": ["acme_us"]}
    assert deliverer(engine, peer.url, subscriptions={"bus": bus}).deliver(5) == 1
    assert [came.headers["webhook-id"] for came in peer.received] == [wanted]


def test_who_subscribes_later_is_not_told_what_happened_before(engine: sa.Engine, peer: Receiver) -> None:
    """Where nobody subscribes, the deliverers look through what happens, too."""
    happened(engine)
    deliverer(engine, peer.url, subscriptions={}).deliver(5)
    happened(engine, "connection.online")
    assert deliverer(engine, peer.url).deliver(5) == 1
    assert json.loads(peer.received[0].body)["type"] == "connection.online"


def test_a_delivery_to_a_subscription_that_was_removed_is_given_up(engine: sa.Engine, peer: Receiver) -> None:
    happened(engine)
    deliverer(engine, peer.url).distribute()
    deliverer(engine, peer.url, subscriptions={}).deliver(5)
    assert rows(engine, STATE) == [("given_up", 1, True)]
    assert peer.received == []


def test_a_target_that_cannot_be_used_is_told_in_the_log_and_tried_again(engine: sa.Engine) -> None:
    happened(engine)

    def find(name: str) -> Target:
        raise ConfigurationInvalid(f"There is no Airflow Connection {name!r}.", action="Create it.")

    webhooks = Webhooks.model_validate({"subscriptions": {"bus": {"target": "bus"}}})
    Deliverer(engine, webhooks, find).deliver(5)
    assert rows(engine, LOG) == [(1, None, "CONFIGURATION_INVALID: There is no Airflow Connection 'bus'. Create it.")]
    assert rows(engine, STATE) == [("waiting", 1, False)]


def test_what_nobody_foresaw_about_one_target_holds_no_other_up(engine: sa.Engine, peer: Receiver) -> None:
    for _ in range(AT_ONCE):
        happened(engine)

    working = deliverer(engine, peer.url, subscriptions={"aaa": {"target": "odd"}, "bus": {"target": "bus"}})
    find_target = working.find_target

    def find(name: str) -> Target:
        if name == "odd":
            raise TypeError("a password of many words")
        return find_target(name)

    working.find_target = find
    assert working.deliver(5) == AT_ONCE
    (told,) = rows(engine, "SELECT DISTINCT error FROM ops.webhook_attempt WHERE error IS NOT NULL")
    assert told == ("TypeError, which was not foreseen; see the log at level DEBUG",)


def test_a_test_event_goes_to_the_one_subscription_at_once_and_once(engine: sa.Engine, peer: Receiver) -> None:
    happened(engine)
    peer.status = 500
    subscriptions = {"bus": {"target": "bus"}, "other": {"target": "other"}}
    working = deliverer(engine, peer.url, subscriptions=subscriptions)
    working.distribute()
    outcome = working.test("bus")
    assert (outcome.status, outcome.error) == (500, "status 500")
    assert [json.loads(came.body)["type"] for came in peer.received] == ["webhook.test"]
    assert sorted(rows(engine, STATE)) == [("given_up", 1, True), *[("waiting", 0, False)] * 2]


def test_old_events_are_forgotten_with_their_log_but_not_what_still_waits(engine: sa.Engine, peer: Receiver) -> None:
    happened(engine)
    deliverer(engine, peer.url).deliver(5)
    waiting = happened(engine)
    deliverer(engine, peer.url).distribute()
    with engine.begin() as session:
        session.execute(sa.text("UPDATE ops.webhook_event SET occurred_at = now() - interval '31 days'"))
    assert forget(engine, KEPT_FOR) == 1
    assert rows(engine, "SELECT event_id::text FROM ops.webhook_event") == [(waiting,)]
    assert rows(engine, LOG) == []
