"""Commands for the vault. Secrets are typed at a prompt or come by standard input, never as arguments."""

from __future__ import annotations

import json
import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from include.cli.consent import Yes, ask
from include.cli.surroundings import warehouse
from include.cli.tables import print_table
from include.orderhouse.errors import ConfigurationInvalid, OrderhouseError

if TYPE_CHECKING:
    from collections.abc import Callable

    import sqlalchemy as sa

    from include.orderhouse.warehouse.keys.vault import Vault

app = typer.Typer(name="vault", no_args_is_help=True, help="Keep credentials, encrypted per customer.")

_FIELDS = ("conn_type", "host", "schema", "login", "password", "port", "extra")
_ID = typer.Argument(metavar="CREDENTIALS", help="The id of the Airflow Connection; most often the connection's name.")


@app.command()
def put(
    credentials: Annotated[str, _ID],
    customer: Annotated[str | None, typer.Option(help="Whose they are, where connections.yaml does not tell.")] = None,
) -> None:
    """Keep credentials: asked for at a prompt, or as the JSON of an Airflow Connection on standard input."""
    owner = customer or _customer_of(credentials)
    content = _typed(credentials) if sys.stdin.isatty() else _piped(sys.stdin.read())
    with warehouse() as engine:
        vault = _vault_of(engine)
        vault.put(credentials, owner, json.dumps(content))
        _record(engine, "vault.put", owner, credentials)
    typer.echo(f"keeps {credentials} for {owner}: {', '.join(content)}")


@app.command(name="list")
def list_() -> None:
    """List the credentials, without their values."""
    with warehouse() as engine:
        entries = _vault_of(engine).entries()
    rows = [(found.connection, found.customer, found.key_version, found.put_at, found.revoked_at) for found in entries]
    print_table(("credentials", "customer", "key", "put", "revoked"), rows)


@app.command()
def rotate(
    customer: Annotated[str | None, typer.Option(help="Only this customer's data key.")] = None,
) -> None:
    """Make new data keys, wrap all keys by the present master key, and seal everything kept anew.

    Syncs go on meanwhile. Earlier data keys are kept for the staged files of
    syncs under way; a later rotation destroys those that were superseded
    before it. A customer whose rotation fails holds no other up.
    """
    from include.orderhouse.warehouse.access.audit import command_line
    from include.orderhouse.warehouse.access.audit_chain import renew
    from include.orderhouse.warehouse.keys.keyring import Keyring

    failed: dict[str, OrderhouseError] = {}
    with warehouse() as engine:
        known = Keyring.of(engine).customers()
        if customer and customer not in known:
            raise ConfigurationInvalid(
                f"No customer {customer!r} has a data key.", action=f"Known are: {', '.join(known) or 'none'}."
            )
        names = [customer] if customer else known
        steps: dict[str, Callable[[], None]] = {name: partial(_rotate, engine, name) for name in names}
        if customer is None:
            steps["the audit log"] = partial(renew, engine, command_line())
        for name, step in steps.items():
            try:
                step()
            except OrderhouseError as error:
                failed[name] = error
    for name, reason in failed.items():
        typer.secho(f"{name}: not rotated. {reason}", fg=typer.colors.RED, err=True)
    if failed:
        raise typer.Exit(1)


@app.command()
def revoke(credentials: Annotated[str, _ID], yes: Yes = False) -> None:
    """Forget credentials and their rotating tokens; syncs that need them fail and say so, until they are put again."""
    from include.orderhouse.warehouse.keys.token_store import forget_tokens

    ask(f"They are forgotten for good. Revoke {credentials}?", yes)
    with warehouse() as engine:
        had_secret = _vault_of(engine).revoke(credentials)
        had_tokens = forget_tokens(engine, credentials)
        if not (had_secret or had_tokens):
            raise _unknown(credentials)
        _record(engine, "vault.revoked", None, credentials)
    typer.echo(f"revoked {credentials}; take the access back at the source, too")


@app.command()
def erase(credentials: Annotated[str, _ID], yes: Yes = False) -> None:
    """Forget that there were such credentials; Airflow then looks for them elsewhere."""
    ask(f"They are forgotten for good. Erase {credentials}?", yes)
    with warehouse() as engine:
        if not _vault_of(engine).erase(credentials):
            raise _unknown(credentials)
        _record(engine, "vault.erased", None, credentials)
    typer.echo(f"erased {credentials}")


def _rotate(engine: sa.Engine, customer: str) -> None:
    from include.orderhouse.warehouse.keys.keyring import Keyring
    from include.orderhouse.warehouse.keys.resealing import reseal

    keyring = Keyring.of(engine)
    rewrapped = keyring.rewrap(customer)
    version = keyring.rotate(customer)
    sealed = _vault_of(engine).reseal(customer) + reseal(engine, keyring.cipher(customer))
    keyring.destroy(customer, before=version - 1)
    _record(engine, "vault.rotated", customer, str(version))
    typer.echo(f"{customer}: data key {version}; wrapped anew: {rewrapped}; sealed anew: {sealed}")


def _vault_of(engine: sa.Engine) -> Vault:
    from include.orderhouse.warehouse.keys.vault import Vault

    return Vault.of(engine)


def _record(engine: sa.Engine, action: str, customer: str | None, subject: str) -> None:
    from include.orderhouse.warehouse.access.audit import Event, command_line, record_now

    record_now(engine, Event(action, command_line(), customer=customer, subject=subject))


def _customer_of(credentials: str) -> str:
    from include.orderhouse.configuration.connections import sort_connections

    known, mistakes = sort_connections()
    owners = {found.customer for found in known.values() if found.credentials_id == credentials}
    if not owners and credentials in mistakes:
        raise mistakes[credentials].error
    if len(owners) != 1:
        raise ConfigurationInvalid(
            f"{'No connection uses' if not owners else 'Several customers use'} the credentials {credentials!r}.",
            action="Say whose they are with --customer, or correct connections.yaml.",
        )
    return owners.pop()


def _typed(credentials: str) -> dict[str, Any]:
    typer.echo(f"Credentials {credentials}; what is left empty is not kept. Secrets do not show while typed.")
    typed = {
        "conn_type": "http",
        "host": typer.prompt("address, such as https://erp.example.com"),
        "login": typer.prompt("login", default="", show_default=False),
        "password": typer.prompt("password", default="", hide_input=True, show_default=False),
    }
    extra = typer.prompt("extra JSON, such as a client secret", default="", hide_input=True, show_default=False)
    return _checked({**typed, "extra": extra})


def _piped(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise _malformed("Standard input is no JSON object.")
    return _checked(content)


def _checked(content: dict[str, Any]) -> dict[str, Any]:
    """The fields of an Airflow Connection that are filled in; the extra JSON as an object."""
    if unknown := sorted(content.keys() - set(_FIELDS)):
        raise _malformed(f"An Airflow Connection has no {', '.join(unknown)}.")
    kept = {"conn_type": "http"} | {name: value for name, value in content.items() if value not in (None, "")}
    if isinstance(kept.get("extra"), str):
        try:
            kept["extra"] = json.loads(kept["extra"])
        except ValueError:
            kept["extra"] = None
    if not isinstance(kept.get("extra", {}), dict):
        raise _malformed("The extra of an Airflow Connection must be a JSON object.")
    if not kept.get("host"):
        raise _malformed("The host is missing.")
    if not str(kept.get("port", 0)).isdecimal():
        raise _malformed("The port of an Airflow Connection must be a number.")
    if strange := [name for name in kept.keys() - {"port", "extra"} if not isinstance(kept[name], str)]:
        raise _malformed(f"The {', '.join(sorted(strange))} of an Airflow Connection must be text.")
    return kept


def _malformed(problem: str) -> ConfigurationInvalid:
    return ConfigurationInvalid(
        f"{problem} Nothing was kept.", action=f"Give a JSON object with {', '.join(_FIELDS)}, as Airflow has them."
    )


def _unknown(credentials: str) -> ConfigurationInvalid:
    return ConfigurationInvalid(
        f"The vault has no credentials {credentials!r}.", action="`scripts/orderhouse vault list` shows those it has."
    )
