"""Data keys: one customer's never open another's data, they rotate in use, and destroying them erases."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.orderhouse.errors import ConfigurationInvalid, KeyMissing, SealBroken
from include.orderhouse.home import Home
from include.orderhouse.master_key import COMMAND, FILE, KEY, MasterKeys, master_keys, new_key
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.keys.keyring import Keyring
from tests.warehouse.orders import rows

FIRST, SECOND = b"1" * 32, b"2" * 32
PLAIN = b"a price"


def keyring(engine: sa.Engine, keys: Sequence[bytes] = (FIRST,)) -> Keyring:
    return Keyring(engine, lambda *_: MasterKeys(keys))


def seal(engine: sa.Engine, customer: str = "acme") -> bytes:
    return keyring(engine).cipher(customer).seal(PLAIN, "raw record", "1")


def generated(engine: sa.Engine, home: Home) -> Keyring:
    return Keyring(engine, lambda customer, generate: master_keys(customer, generate, {}, home))


def configured(environment: dict[str, str], customer: str | None = None, home: Home | None = None) -> MasterKeys:
    return master_keys(customer, new_key, environment, home)


def opened(keys: Keyring, sealed: bytes, customer: str = "acme") -> bytes:
    return keys.cipher(customer).open(sealed, "raw record", "1")


def test_a_customer_has_one_key_however_many_ask_first(url: str) -> None:
    def ask(_: int) -> bytes:
        engine = connect(url)
        try:
            return seal(engine)
        finally:
            engine.dispose()

    with ThreadPoolExecutor(8) as pool:
        sealed = list(pool.map(ask, range(8)))
    engine = connect(url)
    assert {opened(keyring(engine), found) for found in sealed} == {PLAIN}
    assert rows(engine, "SELECT customer, version FROM vault.data_key") == [("acme", 1)]
    engine.dispose()


def test_one_customers_key_does_not_open_anothers_data(engine: sa.Engine) -> None:
    sealed = seal(engine, "acme")
    with pytest.raises(SealBroken):
        opened(keyring(engine), sealed, "globex")


def test_a_data_key_that_was_moved_to_another_customer_is_not_unwrapped(engine: sa.Engine) -> None:
    sealed = seal(engine, "acme")
    with engine.begin() as vault:
        vault.execute(sa.text("UPDATE vault.data_key SET customer = 'mallory'"))
    with pytest.raises(SealBroken, match="'mallory'"):
        opened(keyring(engine), sealed, "mallory")


def test_the_database_alone_opens_nothing(engine: sa.Engine) -> None:
    sealed = seal(engine)
    with pytest.raises(KeyMissing, match="wrapped by master key") as refused:
        opened(keyring(engine, [SECOND]), sealed)
    assert "111" not in str(refused.value)
    assert "222" not in str(refused.value)


def test_the_master_key_changes_while_others_still_read(engine: sa.Engine) -> None:
    sealed = seal(engine)
    old, both, new = keyring(engine, [FIRST]), keyring(engine, [SECOND, FIRST]), keyring(engine, [SECOND])
    assert opened(both, sealed) == PLAIN == opened(old, sealed)
    assert both.rewrap("acme") == 1
    assert both.rewrap("acme") == 0
    assert opened(both, sealed) == PLAIN == opened(new, sealed)
    with pytest.raises(KeyMissing):
        opened(old, sealed)


def test_a_new_data_key_seals_and_the_old_one_opens_until_it_is_destroyed(engine: sa.Engine) -> None:
    keys, old = keyring(engine), seal(engine)
    assert keys.rotate("acme") == 2
    new = seal(engine)
    assert [opened(keys, old), opened(keys, new)] == [PLAIN, PLAIN]
    assert keys.destroy("acme", before=2) == 1
    assert opened(keys, new) == PLAIN
    with pytest.raises(KeyMissing, match="data key 1"):
        opened(keys, old)


def test_destroying_a_customers_keys_erases_what_they_sealed_and_nobody_elses(engine: sa.Engine) -> None:
    keys, erased, others = keyring(engine), seal(engine, "acme"), seal(engine, "globex")
    assert keys.destroy("acme") == 1
    with pytest.raises(SealBroken):
        opened(keys, erased)
    assert opened(keys, others, "globex") == PLAIN


def test_the_keys_may_lie_in_another_database_than_the_data(
    engine: sa.Engine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERHOUSE_VAULT_URL", url)
    elsewhere = Keyring.of(sa.create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"))
    elsewhere.cipher("acme")
    assert elsewhere.customers() == keyring(engine).customers() == ["acme"]


def test_the_master_key_comes_from_its_setting_a_file_a_command_or_the_state_folder(tmp_path: Path) -> None:
    key, home = new_key(), Home(tmp_path)
    wanted = configured({KEY: key}).key_id
    file = tmp_path / "key"
    file.write_text(f"{key}\n", encoding="ascii")
    command = f'{sys.executable} -c "print(open({str(file)!r}).read())"'
    for setting, value in ((FILE, str(file)), (COMMAND, command)):
        assert configured({setting: value}).key_id == wanted
    nothing = {KEY: "", "HOME": "/nowhere"}
    generated = configured(nothing, home=home)
    assert generated.key_id == configured(nothing, home=home).key_id != wanted
    assert (home.secrets / "master_key").stat().st_mode & 0o777 == 0o600


def test_of_several_settings_of_the_master_key_the_first_counts_and_a_command_is_run_once(tmp_path: Path) -> None:
    keys, file, runs = {name: new_key() for name in (KEY, FILE, COMMAND)}, tmp_path / "key", tmp_path / "runs"
    file.write_text(keys[FILE], encoding="ascii")
    script = f"open({str(runs)!r}, 'a').write('x'); print({keys[COMMAND]!r})"
    settings = {KEY: keys[KEY], FILE: str(file), COMMAND: f'{sys.executable} -c "{script}"'}
    for given in ((KEY, FILE, COMMAND), (FILE, COMMAND), (COMMAND,), (COMMAND,)):
        found = configured({name: settings[name] for name in given})
        assert found.key_id == configured({KEY: keys[given[0]]}).key_id
    assert runs.read_text() == "x"


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        (KEY, "dG9vIHNob3J0", "gives no key of 32 bytes"),
        (KEY, " ", "restore the key that was there"),
        (KEY, f"{'A' * 43}= planted-key", "gives no key of 32 bytes"),
        (KEY, f"{'A' * 20}!{'A' * 23}=", "gives no key of 32 bytes"),
        (FILE, "/nowhere/planted", "cannot be read"),
        (COMMAND, f"{sys.executable} -c \"import sys; print('planted-key'); sys.exit(3)\"", r"failed \(3\)"),
        (COMMAND, "no-such-program-anywhere", r"failed \(FileNotFoundError\)"),
        (COMMAND, "unbalanced 'quote", r"failed \(ValueError\)"),
        (COMMAND, " ", r"failed \(IndexError\)"),
    ],
)
def test_a_master_key_that_is_none_is_refused_without_being_shown(setting: str, value: str, said: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=said) as refused:
        configured({setting: value})
    assert "planted-key" not in str(refused.value) + repr(refused.value.__cause__)


def test_a_customers_own_master_keys_come_before_the_installations(tmp_path: Path) -> None:
    key, own, spare = new_key(), new_key(), new_key()
    file = tmp_path / "spare"
    file.write_text(spare)
    both = {KEY: key, f"{KEY}__ACME": own, f"{FILE}__ACME_EU": str(file)}
    assert configured(both, "acme").key_id == configured({KEY: own}).key_id
    assert configured(both, "acme_eu").key_id == configured({KEY: spare}).key_id
    for other in ("other", "ACME", "acme-eu", None):
        assert configured(both, other).key_id == configured({KEY: key}).key_id


def test_a_process_with_one_customers_master_key_works_for_no_other(engine: sa.Engine, tmp_path: Path) -> None:
    home = Home(tmp_path)
    everything = {KEY: new_key(), f"{KEY}__ACME": new_key()}
    alone = {f"{KEY}__ACME": everything[f"{KEY}__ACME"]}

    def keyring(environment: dict[str, str]) -> Keyring:
        return Keyring(engine, lambda customer, generate: master_keys(customer, generate, environment, home))

    sealed = {name: keyring(everything).cipher(name).seal(b"secret", "test", "1") for name in ("acme", "other")}
    assert keyring(alone).cipher("acme").open(sealed["acme"], "test", "1") == b"secret"
    for customer in ("other", "new"):
        with pytest.raises(KeyMissing, match="works for these customers only"):
            keyring(alone).cipher(customer)
    assert keyring(everything).customers() == ["acme", "other"]
    assert not home.secrets.joinpath("master_key").exists()


def test_each_customers_data_keys_are_wrapped_anew_by_its_own_master_key(engine: sa.Engine) -> None:
    before = {KEY: new_key()}
    after = {**before, f"{KEY}__ACME": f"{new_key()} {before[KEY]}"}
    old = Keyring(engine, lambda customer, generate: master_keys(customer, generate, before))
    sealed = {name: old.cipher(name).seal(b"secret", "test", "1") for name in ("acme", "other")}
    new = Keyring(engine, lambda customer, generate: master_keys(customer, generate, after))
    assert [new.rewrap(name) for name in ("acme", "acme", "other")] == [1, 0, 0]
    assert old.cipher("other").open(sealed["other"], "test", "1") == b"secret"
    with pytest.raises(KeyMissing, match="'acme'"):
        old.cipher("acme")
    assert new.cipher("acme").open(sealed["acme"], "test", "1") == b"secret"


def test_a_generated_master_key_that_is_gone_is_told_and_no_other_takes_its_place(
    engine: sa.Engine, tmp_path: Path
) -> None:
    """What another one had sealed meanwhile would open no more once the first is put back."""
    keys, file = generated(engine, Home(tmp_path)), tmp_path / "secrets" / "master_key"
    sealed, kept = keys.cipher("acme").seal(PLAIN, "raw record", "1"), file.read_text()
    file.unlink()
    for ask in (keys.masters, lambda: keys.cipher("acme"), lambda: keys.cipher("new"), lambda: keys.rotate("new")):
        with pytest.raises(KeyMissing, match=r"master key is gone: the data key of 'acme'.*secrets/master_key back"):
            ask()
    assert not file.exists()
    assert keys.customers() == ["acme"]
    file.write_text(kept)
    assert opened(keys, sealed) == PLAIN
    assert keys.rotate("new") == 1


def test_the_first_to_need_a_generated_master_key_share_one(engine: sa.Engine, tmp_path: Path) -> None:
    """Who finds no key, and then a data key, looks again: the other has kept its own before it wrapped."""
    home = Home(tmp_path)

    def late(customer: str | None, generate: Callable[[], str]) -> MasterKeys:
        def after_another() -> str:
            generated(engine, home).cipher("first")
            return generate()

        return master_keys(customer, after_another, {}, home)

    Keyring(engine, late).cipher("second")
    assert len({row[0] for row in rows(engine, "SELECT master_key_id FROM vault.data_key")}) == 1
    assert generated(engine, home).customers() == ["first", "second"]
