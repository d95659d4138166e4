"""Signatures, held to the specification's own example."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from include.orderhouse.webhooks.signature import is_genuine, signed_headers, signing_keys

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
ID, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1614265330, UTC), b'{"test": 2432232314}'
EXAMPLE = {
    "webhook-id": ID,
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
"""The example of the Standard Webhooks reference implementations."""


def test_the_specifications_example_is_signed_as_it_says() -> None:
    assert signed_headers(signing_keys(SECRET), ID, AT, BODY) == EXAMPLE


def test_while_a_secret_is_replaced_both_sign() -> None:
    headers = signed_headers(signing_keys(f"{OTHER} {SECRET}"), ID, AT, BODY)
    for secret in (SECRET, OTHER):
        assert is_genuine(signing_keys(secret), headers, BODY, AT)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "msg_other"},
        {"webhook-timestamp": "1614265331"},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "9" * 30},
        {"webhook-timestamp": "9" * 12},
        {"webhook-timestamp": "9" * 11},
        {"webhook-timestamp": "\u0661\u0662"},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,é"},
        {"webhook-signature": "v2," + EXAMPLE["webhook-signature"][3:]},
    ],
)
def test_what_was_changed_is_not_genuine(change: dict[str, str]) -> None:
    assert is_genuine(signing_keys(SECRET), EXAMPLE, BODY, AT)
    assert not is_genuine(signing_keys(SECRET), EXAMPLE | change, BODY, AT)


def test_another_body_secret_or_time_is_not_genuine() -> None:
    assert not is_genuine(signing_keys(SECRET), EXAMPLE, BODY + b" ", AT)
    assert not is_genuine(signing_keys(OTHER), EXAMPLE, BODY, AT)
    for late in (-6, 6):
        assert not is_genuine(signing_keys(SECRET), EXAMPLE, BODY, AT + timedelta(minutes=late))
    assert not is_genuine((), EXAMPLE, BODY, AT)


@pytest.mark.parametrize(
    "secret",
    [
        "plain-text-secret",
        "whsec_",
        "whsec_c2hvcnQ=",
        "whsec_not base64",
        "whsec_%%%",
        SECRET.removeprefix("whsec_"),
        SECRET + "%",
        "whsec_" + "QUFB" * 22,
    ],
)
def test_a_secret_of_another_form_is_refused_without_repeating_it(secret: str) -> None:
    with pytest.raises(ValueError, match="24 to 64 random bytes") as refused:
        signing_keys(secret)
    assert secret.removeprefix("whsec_") not in str(refused.value) or secret == "whsec_"
