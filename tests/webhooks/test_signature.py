"""Signatures, held to the specification's own example."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from include.orderhouse.webhooks.signature import signed_headers, signing_keys

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
    old, new, both = (
        signed_headers(signing_keys(secrets), ID, AT, BODY)["webhook-signature"].split()
        for secrets in (SECRET, OTHER, f"{OTHER} {SECRET}")
    )
    assert old != new
    assert both == new + old


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
