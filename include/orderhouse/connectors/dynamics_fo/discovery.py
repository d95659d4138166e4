"""What a site of Finance & Operations turns out to hold, and whether it has the fields that the settings name."""

from __future__ import annotations

from include.orderhouse import wire
from include.orderhouse.connector import Catalogue, Source
from include.orderhouse.connectors.dynamics_fo.queries import HEADERS, LINES, NUMBER
from include.orderhouse.connectors.dynamics_fo.settings import Settings
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.protocols import odata
from include.orderhouse.protocols.finance_operations import Query, Row, all_rows, walk


def discover(source: Source) -> Catalogue:
    """The companies with their own address, currency and payment terms; checks the fields that the settings name."""
    settings: Settings = source.settings
    entities = {str(row["LegalEntityId"]).lower(): row for row in _masters(source, "LegalEntities")}
    ledgers = {str(row["LegalEntityId"]).lower(): row for row in _masters(source, "Ledgers")}
    wanted = [company.lower() for company in settings.companies] or sorted(entities)
    missing = [company for company in wanted if company not in entities]
    if missing or not wanted:
        raise ConfigurationInvalid(
            f"There is no company {', '.join(missing) or 'at all'} that the credentials may see.",
            action=f"Correct settings.companies; there are: {', '.join(sorted(entities))}."
            if entities
            else "Give the application's user a role in a company, then sync again.",
        )
    companies = {}
    for company in wanted:
        terms = all_rows(source, Query("PaymentTerms", company, ("Name",)))
        known = {str(row["Name"]): {name: row[name] for name in row if name[0] != "@"} for row in terms}
        ledger = ledgers.get(company, {})
        companies[company] = {"entity": entities[company], "ledger": ledger, "terms": known}
    for company in wanted:
        _check_fields(source, company)
    return Catalogue(tuple(wanted), {"companies": companies})


def _masters(source: Source, entity: str) -> list[Row]:
    first = source.api.get(f"data/{entity}", params={"cross-company": "true"})
    rows = odata.all_rows(source.api.get, first, of=entity)
    for row in rows:
        wire.part(row, "LegalEntityId", str, of=f"a row of {entity}")
    return rows


def _check_fields(source: Source, company: str) -> None:
    """A field that a setting names must be there; without any row nobody can tell."""
    settings: Settings = source.settings
    named = {
        HEADERS: (settings.header_change_field, settings.created_field),
        LINES: (settings.line_change_field, settings.received_field, settings.invoiced_field),
    }
    for entity, fields in named.items():
        found = next(walk(source, Query(entity, company, (NUMBER,)), 1))
        missing = [name for name in fields if name and found.rows and name not in found.rows[0]]
        if missing:
            raise ConfigurationInvalid(
                f"{entity} has no {', '.join(missing)}.",
                action="Correct the connection's settings, or extend the entity; its fields are: "
                f"{', '.join(name for name in found.rows[0] if name[0] != '@')}."[:2000],
            )
