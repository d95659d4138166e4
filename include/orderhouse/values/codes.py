"""Standard code lists: a source's currency, country, region, unit, delivery terms or language as its standard has it.

A value is normalised only where the standard itself says what it is; anything else is None, never a guess.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import cache, lru_cache

import iso4217
import pycountry

from include.orderhouse.model.column import CodeList
from include.orderhouse.values.units import UNITS

INCOTERMS = frozenset({"EXW", "FCA", "CPT", "CIP", "DAP", "DPU", "DDP", "FAS", "FOB", "CFR", "CIF"})
"""The eleven rules of Incoterms 2020; withdrawn ones (DAT, DAF, DES, ...) have no equal among them."""

EVERYDAY_NAMES = {
    "brunei": "BN",
    "cape verde": "CV",
    "czech republic": "CZ",
    "great britain": "GB",
    "ivory coast": "CI",
    "macau": "MO",
    "russia": "RU",
    "south korea": "KR",
    "the netherlands": "NL",
    "turkey": "TR",
    "turkiye": "TR",
    "uk": "GB",
}
"""English names in common use that ISO 3166-1 does not list. The code UK it reserves for the United Kingdom."""

_LANGUAGE_TAG = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?", re.IGNORECASE)


@lru_cache(maxsize=65_536)
def normalise(code_list: CodeList, value: str, country: str | None = None) -> str | None:
    """The standard code for a source's value, or None where the standard does not know it.

    ``country`` (ISO 3166-1 alpha-2) is the one that a region belongs to; without it only full region codes are known.
    """
    said = " ".join(value.split())
    if code_list is CodeList.REGION:
        return _region(said, country)
    return _STANDARDS[code_list](said)


def minor_units(currency: str) -> int | None:
    """Digits after the point in a currency's amounts by ISO 4217: 2 for EUR, 0 for JPY; None where it has none."""
    try:
        return iso4217.Currency(currency).exponent
    except ValueError:
        return None


def _currency(said: str) -> str | None:
    try:
        return str(iso4217.Currency(said.upper()).code)
    except ValueError:
        return None


def _country(said: str) -> str | None:
    return _countries().get(said.casefold())


@cache
def _countries() -> dict[str, str]:
    """Country codes by what a country may be called: both codes and the English names, case folded."""
    known = dict(EVERYDAY_NAMES)
    for country in pycountry.countries:
        for attribute in ("alpha_2", "alpha_3", "name", "official_name", "common_name"):
            if called := getattr(country, attribute, None):
                known[called.casefold()] = country.alpha_2
    return known


def _region(said: str, country: str | None) -> str | None:
    whole = said.upper()
    if known := pycountry.subdivisions.get(code=whole):
        return whole if country in (None, known.country_code) else None
    return _regions(country).get(said.casefold()) if country else None


@cache
def _regions(country: str) -> dict[str, str]:
    """Region codes of a country by code without prefix and by name; names that two regions share are left out."""
    regions = list(pycountry.subdivisions.get(country_code=country) or ())
    shared = Counter(region.name.casefold() for region in regions)
    known = {region.name.casefold(): region.code for region in regions if shared[region.name.casefold()] == 1}
    return known | {region.code.partition("-")[2].casefold(): region.code for region in regions}


def _unit(said: str) -> str | None:
    code = said.upper()
    return code if code in UNITS else None


def _delivery_terms(said: str) -> str | None:
    code = said.upper()
    return code if code in INCOTERMS else None


def _language(said: str) -> str | None:
    """A tag of language, script and region in the spelling of BCP 47: ``en``, ``en-US``, ``zh-Hans-CN``, ``es-419``.

    Languages without a code of two letters are not known: Windows' own codes (``ENU``) look like some of theirs.
    """
    tag = _LANGUAGE_TAG.fullmatch(said)
    if tag is None:
        return None
    language, script, region = tag.groups()
    known = pycountry.languages.get(**{f"alpha_{len(language)}": language.lower()})
    if (
        known is None
        or not hasattr(known, "alpha_2")
        or (script and pycountry.scripts.get(alpha_4=script.title()) is None)
    ):
        return None
    if region and not region.isdigit() and pycountry.countries.get(alpha_2=region.upper()) is None:
        return None
    return "-".join(part for part in (known.alpha_2, script and script.title(), region and region.upper()) if part)


_STANDARDS: dict[CodeList, Callable[[str], str | None]] = {
    CodeList.CURRENCY: _currency,
    CodeList.COUNTRY: _country,
    CodeList.UNIT: _unit,
    CodeList.DELIVERY_TERMS: _delivery_terms,
    CodeList.LANGUAGE: _language,
}
