"""SAP Gateway's OData services, versions 2.0 and 4.0: metadata, lists, nested collections, error bodies.

Error bodies are also those of SAP API Management, which may stand in front of it. What is asked for in XML, as
``$metadata`` is, is refused in XML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from xml.etree import ElementTree

import httpx

from include.orderhouse.errors import (
    AuthenticationFailed,
    OrderhouseError,
    RateLimitExceeded,
    RequestRefused,
    UnexpectedShape,
)
from include.orderhouse.http import Answer, Api, Refusal, retry_after
from include.orderhouse.protocols import odata

CODES: dict[str, type[OrderhouseError]] = {"/IWFND/MED/170": RequestRefused}
"""``No service found``: the service is not activated, which SAP answers with 403."""
FAULTS: dict[str, type[OrderhouseError]] = {
    "policies.ratelimit": RateLimitExceeded,
    "oauth.v2": AuthenticationFailed,
    "steps.oauth.v2": AuthenticationFailed,
}
"""Error codes of SAP API Management, by their beginnings."""
LANGUAGE = "EN"
"""Every system has it."""
XML_ERROR = re.compile(
    r"<error\b[^>]*>\s*<code>(.*?)</code>\s*<message\b[^>]*>(.*?)</message>(?:.*?<transactionid>(.*?)</transactionid>)?",
    re.DOTALL,
)
WEB_PAGE = re.compile(r"\s*(<!doctype\s+html|<html)\b", re.IGNORECASE)
_LARGEST_METADATA = 32 << 20
"""Characters; those of services for purchase orders are a hundredth of it."""


@dataclass(frozen=True)
class Gateway:
    """One service of a system."""

    api: Api
    version: odata.Version
    root: str
    sap_client: str | None = None
    """The SAP client, for on-premise systems that have several."""

    @property
    def _logon(self) -> dict[str, str]:
        """The client, and a language: units are told by their commercial codes (T006A), which every language has."""
        return {"sap-language": LANGUAGE} | ({"sap-client": self.sap_client} if self.sap_client else {})

    def metadata(self) -> dict[str, list[str]]:
        """Fields and navigation properties by entity set, from ``$metadata``. Raises UnexpectedShape."""
        told = self.api.get_text(f"{self.root}/$metadata", self._logon)
        if WEB_PAGE.match(told):
            raise self._not_described("a web page")
        if len(told) > _LARGEST_METADATA or "<!DOCTYPE" in told:
            raise UnexpectedShape(
                f"{self.root}/$metadata is no description of a service: it is larger than 32 MB, or declares entities.",
                action="Nothing was loaded. Report it to who runs the source.",
            )
        try:
            tree = ElementTree.fromstring(told)  # noqa: S314 - without entities, and bounded
        except ElementTree.ParseError as error:
            raise self._not_described(f"no XML ({error})") from error
        return _entity_sets(tree)

    def _not_described(self, what: str) -> UnexpectedShape:
        return UnexpectedShape(
            f"{self.root}/$metadata is {what}.",
            action="A login page or a proxy may stand in front of the source. Check host and sap_client.",
        )

    def ask(self, entity_set: str, **options: Any) -> odata.CollectionPage:
        """One page of an entity set. Options are OData's without the dollar sign; those that are empty are left out.

        ``count=True`` asks for the number of all rows that match.
        """
        if options.pop("count", False):
            options |= {"inlinecount": "allpages"} if self.version == 2 else {"count": "true"}
        params = {f"${name}": str(value) for name, value in options.items() if value}
        body = self.api.get(f"{self.root}/{entity_set}", params | self._logon | {"$format": "json"})
        return odata.collection(body, self.version, of=entity_set)

    def complete(self, row: dict[str, Any], parts: Iterable[str]) -> None:
        """Fetch what the server cut off of the row's nested collections, into the row."""
        for part in parts:
            is_collection = isinstance(row.get(part), list) or "results" in (row.get(part) or {})
            if not is_collection:
                continue
            rows = odata.whole(row, part, self._follow, self.version, of="an order")
            row[part] = rows if self.version == 4 else {"results": rows}
            row.pop(f"{part}@odata.nextLink", None)

    def _follow(self, link: str) -> Any:
        """What is behind a link; a relative one starts at the root of the service (OData 4.01 JSON, 4.6).

        Links may leave out with which client and language they were asked for.
        """
        target = link if link.startswith("/") or "://" in link else f"{self.root}/{link}"
        for name, value in self._logon.items():
            if f"{name}=" not in target:
                target += f"{'&' if '?' in target else '?'}{name}={value}"
        return self.api.get(target)


def _entity_sets(tree: ElementTree.Element) -> dict[str, list[str]]:
    types: dict[str, list[str]] = {}
    sets: dict[str, str] = {}
    for element in tree.iter():
        kind = element.tag.rpartition("}")[2]
        if kind == "EntityType":
            members = [member for member in element if member.tag.endswith(("}Property", "}NavigationProperty"))]
            types[element.get("Name", "")] = [member.get("Name", "") for member in members]
        elif kind == "EntitySet":
            sets[element.get("Name", "")] = element.get("EntityType", "").rpartition(".")[2]
    return {name: types.get(entity, []) for name, entity in sets.items()}


def explain(answer: Answer) -> Refusal | None:
    """Error bodies of SAP Gateway (both versions, JSON or XML) and of SAP API Management."""
    body = answer.body if isinstance(answer.body, dict) else _error_in_xml(answer)
    fault = body.get("fault")
    if isinstance(fault, dict):
        detail = fault.get("detail")
        code = str(detail.get("errorcode", "")) if isinstance(detail, dict) else ""
        kind = next((FAULTS[known] for known in FAULTS if code.startswith(known)), None)
        return Refusal(kind, f"{code}: {fault.get('faultstring')}", retry_after=retry_after(answer)) if kind else None
    error = body.get("error")
    inner = error.get("innererror") if isinstance(error, dict) else None
    transaction = inner.get("transactionid") if isinstance(inner, dict) else None
    return odata.explain(replace(answer, body=body), CODES, request_id=transaction)


def _error_in_xml(answer: Answer) -> dict[str, Any]:
    """An error body in XML as it would be in JSON; empty where the answer is none."""
    found = XML_ERROR.search(answer.text) if answer.status >= httpx.codes.BAD_REQUEST else None
    if found is None:
        return {}
    return {
        "error": {
            "code": found[1],
            "message": html.unescape(found[2]),
            "innererror": {"transactionid": found[3]},
        }
    }
