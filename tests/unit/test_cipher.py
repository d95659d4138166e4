"""What is sealed opens for its customer, as what it is, with a key that is there; and in no other way."""

from __future__ import annotations

import os
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.orderhouse.cipher import Cipher, key_version
from include.orderhouse.errors import KeyMissing, SealBroken

FIRST, SECOND = b"1" * 32, b"2" * 32
PLAIN = b'{"price": "19.90"}'


@pytest.fixture
def acme() -> Cipher:
    return Cipher("acme", {1: FIRST})


def test_what_is_sealed_opens_and_does_not_show(acme: Cipher) -> None:
    sealed = acme.seal(PLAIN, "raw record", "a 1")
    assert acme.open(sealed, "raw record", "a 1") == PLAIN
    assert b"price" not in sealed
    assert len(sealed) == len(PLAIN) + 36


def test_the_same_bytes_are_sealed_differently_each_time_and_have_one_fingerprint(acme: Cipher) -> None:
    assert len({acme.seal(PLAIN, "raw record", "a 1") for _ in range(100)}) == 100
    assert acme.fingerprint(PLAIN) == acme.fingerprint(PLAIN) != acme.fingerprint(PLAIN + b" ")
    assert acme.fingerprint(PLAIN) != Cipher("globex", {1: SECOND}).fingerprint(PLAIN)


def test_what_the_first_release_sealed_opens_and_is_known_again(acme: Cipher) -> None:
    sealed = (
        "4f48533100000001ef6e0ba94a000e05d4dc3c31416dd740bc5a06cd73b871903d0fc902fcac8d14845128a60f512c0f8d5a23f5ccae"
    )
    assert acme.open(bytes.fromhex(sealed), "raw record", "a 1") == PLAIN
    assert acme.fingerprint(PLAIN) == "b54ecbb5a3fee18727a1ad249f49609e"


@pytest.mark.parametrize(
    ("customer", "purpose", "record"),
    [
        ("globex", "raw record", "a 1"),
        ("acme", "reject", "a 1"),
        ("acme", "raw record", "a 2"),
        ("acmer", "aw record", "a 1"),
        ("acme", "raw recorda", " 1"),
    ],
)
def test_a_record_that_was_moved_does_not_open(acme: Cipher, customer: str, purpose: str, record: str) -> None:
    sealed = acme.seal(PLAIN, "raw record", "a 1")
    with pytest.raises(SealBroken, match="does not open"):
        Cipher(customer, {1: FIRST}).open(sealed, purpose, record)


@given(st.integers(0, 53), st.integers(1, 255))
def test_a_record_with_any_byte_changed_does_not_open(position: int, change: int) -> None:
    acme = Cipher("acme", {1: FIRST, 2: SECOND})
    sealed = bytearray(acme.seal(PLAIN, "raw record", "a 1"))
    sealed[position] ^= change
    with pytest.raises((SealBroken, KeyMissing)):
        acme.open(bytes(sealed), "raw record", "a 1")


@given(st.binary(max_size=200))
def test_bytes_that_were_never_sealed_do_not_open(found: bytes) -> None:
    with pytest.raises((SealBroken, KeyMissing)):
        Cipher("acme", {1: FIRST}).open(found, "raw record", "a 1")


def test_bytes_that_are_not_sealed_are_told_as_such(acme: Cipher) -> None:
    for found in (b"", PLAIN + PLAIN):
        with pytest.raises(SealBroken, match="raw record a 1 is not sealed"):
            acme.open(found, "raw record", "a 1")


def test_a_header_cannot_claim_another_version(acme: Cipher) -> None:
    both = Cipher("acme", {1: FIRST, 2: FIRST})
    sealed = bytearray(acme.seal(PLAIN, "raw record", "a 1"))
    sealed[7] = 2
    with pytest.raises(SealBroken):
        both.open(bytes(sealed), "raw record", "a 1")


def test_a_new_key_seals_and_the_old_one_still_opens(acme: Cipher) -> None:
    both = Cipher("acme", {1: FIRST, 2: SECOND})
    old, new = acme.seal(PLAIN, "raw record", "a 1"), both.seal(PLAIN, "raw record", "a 1")
    assert (key_version(old), key_version(new), key_version(PLAIN + PLAIN)) == (1, 2, None)
    assert both.open(old, "raw record", "a 1") == both.open(new, "raw record", "a 1") == PLAIN
    with pytest.raises(KeyMissing, match="data key 2 of 'acme'"):
        acme.open(new, "raw record", "a 1")


def test_a_cipher_shows_no_key_and_goes_into_no_message(acme: Cipher) -> None:
    assert "1111" not in repr(acme) + str(acme)
    with pytest.raises(RuntimeError):
        pickle.dumps(acme)


def _open_in_child(sealed: bytes) -> tuple[bytes, int, str]:
    return _child.open(sealed, "raw record", "a 1"), os.getpid(), " ".join(os.environ.values())


def _begin(cipher: Cipher) -> None:
    global _child
    _child = cipher


_child: Cipher


def test_a_process_of_the_pool_gets_its_key_by_its_own_pipe_only(acme: Cipher) -> None:
    sealed = acme.seal(PLAIN, "raw record", "a 1")
    with ProcessPoolExecutor(1, get_context("forkserver"), initializer=_begin, initargs=(acme,)) as pool:
        plain, process, environment = pool.submit(_open_in_child, sealed).result()
        assert FIRST.decode() not in " ".join(psutil.Process(process).cmdline())
    assert plain == PLAIN
    assert FIRST.decode() not in environment
