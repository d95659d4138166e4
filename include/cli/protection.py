"""The command that shows what protects the data where Orderhouse itself does not encrypt it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from include.cli.surroundings import warehouse
from include.cli.tables import print_table

if TYPE_CHECKING:
    from include.orderhouse.warehouse.access.protection import Finding


def protection() -> None:
    """Show what protects the warehouse and this machine's folders, as far as that can be seen.

    Exits with 1 if something is not protected.
    """
    from include.orderhouse.configuration.connections import sort_connections
    from include.orderhouse.warehouse.access.protection import Verdict, of_master_keys
    from include.orderhouse.warehouse.access.protection import protection as look
    from include.orderhouse.warehouse.engine import URL_SETTING, connect

    with warehouse() as owner:
        syncs = connect(os.environ.get(URL_SETTING) or owner.url.set(username="loader").render_as_string(False))
        known, _ = sort_connections()
        own_keys = of_master_keys(owner, (each.customer for each in known.values()))
        found = [*look(syncs, owner), own_keys, *of_local_folders()]
        syncs.dispose()
    print_table(
        ("what", "is protected", "seen", "to do"),
        [(each.subject, each.verdict, each.seen, each.action) for each in found],
    )
    if any(each.verdict is Verdict.BAD for each in found):
        raise typer.Exit(1)


def of_local_folders() -> list[Finding]:
    """The folders of staged files and reports, where they are on this machine."""
    from include.orderhouse.reports import reports_url
    from include.orderhouse.staging import staging_url
    from include.orderhouse.warehouse.access.protection import of_folder

    places = {"staged files": staging_url(), "validation reports": reports_url()}
    return [of_folder(subject, Path(place)) for subject, place in places.items() if "://" not in place]
