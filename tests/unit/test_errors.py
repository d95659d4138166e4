"""What an error says to people."""

from __future__ import annotations

import pytest

from include.orderhouse.errors import RequestRefused


@pytest.mark.parametrize(
    ("message", "request_id", "said"),
    [
        ("It is wrong.", None, "REQUEST_REFUSED: It is wrong. Mend it."),
        ('The source says: database "x" does not exist', None, 'database "x" does not exist. Mend it.'),
        ("The source says so\n", "4711", "The source says so. (request id 4711) Mend it."),
        ("Refused (POST https://erp.test)", None, "Refused (POST https://erp.test) Mend it."),
    ],
)
def test_what_is_wrong_ends_before_what_to_do_begins(message: str, request_id: str | None, said: str) -> None:
    assert str(RequestRefused(message, action="Mend it.", request_id=request_id)).endswith(said)
