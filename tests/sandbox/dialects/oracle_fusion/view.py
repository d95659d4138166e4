"""How records appear in one answer: chosen attributes, expanded children, links, pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.sandbox.dialect import World
from tests.sandbox.dialects.oracle_fusion.answers import Refused
from tests.sandbox.dialects.oracle_fusion.resources import KEYS, Node
from tests.sandbox.dialects.oracle_fusion.rowmatch import predicate
from tests.sandbox.dialects.oracle_fusion.values import Row, wire
from tests.sandbox.faults import FaultKind

DEFAULT_LIMIT, LARGEST_LIMIT = 25, 500
ARRAYS_UNTIL = 2
"""Children come as plain arrays up to this framework version, later as collections of their own."""
TEXT_NUMBERS_FROM = 9

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """The shape that one request asked for."""

    world: World
    params: Mapping[str, str]
    framework: int
    url: str
    not_queryable: frozenset[str]

    def page(self, found: Sequence[Node], resource: str) -> Row:
        """One page of a collection."""
        matching = self._ordered(self._matching(found))
        limit = min(self._number("limit", DEFAULT_LIMIT), LARGEST_LIMIT)
        offset = self._number("offset", 0)
        chosen = matching[offset : offset + limit]
        more = len(matching) > offset + len(chosen)
        self.world.log.note(f"{len(chosen)} of {len(matching)}")
        body: Row = {"items": [self.item(one, self.url, resource, self.tree()) for one in chosen]}
        if self.params.get("totalResults") == "true":
            body["totalResults"] = len(matching)
        body |= {"count": len(chosen), "hasMore": more, "limit": limit, "offset": offset}
        return body | {"links": [{"rel": "self", "href": self.url, "name": resource, "kind": "collection"}]}

    def item(self, one: Node, url: str, resource: str, tree: Tree) -> Row:
        """One record with what the request wants of its children."""
        names = tree.get("") or list(one.row)
        as_text = self.framework >= TEXT_NUMBERS_FROM
        told = {name: wire(one.row[name], as_text) for name in names if name in one.row}
        shown: Row = self.world.faults.reshaped(told)
        address = f"{url}/{one.key}"
        for name, inner in tree.items():
            if name and name in one.children:
                shown[name] = self._children(one.children[name], f"{address}/child/{name}", name, inner)
        links = self._links(one, address, resource)
        if links and self.framework >= TEXT_NUMBERS_FROM:
            shown["@context"] = {"key": one.key, "links": links}
        elif links:
            shown["links"] = links
        return shown

    def _children(self, found: list[Node], url: str, resource: str, tree: Tree) -> Any:
        cap = int(self.world.options.get("nested_cap", LARGEST_LIMIT))
        shown = [self.item(one, url, resource, tree) for one in found[:cap]]
        if self.framework <= ARRAYS_UNTIL or self.world.options.get("nested") == "array":
            return [self.item(one, url, resource, tree) for one in found]
        more = len(found) > cap
        body = {"items": shown, "count": len(shown), "hasMore": more, "limit": cap, "offset": 0}
        return body | {"links": [{"rel": "self", "href": url, "name": resource, "kind": "collection"}]}

    def _links(self, one: Node, address: str, resource: str) -> list[Row]:
        if self.params.get("onlyData") == "true":
            return []
        own: Row = {"rel": "self", "href": address, "name": resource, "kind": "item"}
        own["properties"] = {"changeIndicator": f"ACED0005{one.version:08X}"}
        links = [own, {**own, "rel": "canonical"}]
        links += [
            {"rel": "child", "href": f"{address}/child/{name}", "name": name, "kind": "collection"}
            for name in one.children
        ]
        wanted = self.params.get("links", "").split(",")
        return [link for link in links if wanted == [""] or link["rel"] in wanted]

    def tree(self) -> Tree:
        """What to show, by name of child; `""` holds the names of the attributes, none of which means all."""
        if "fields" in self.params:
            return _fields(self.params["fields"])
        tree: Tree = {}
        for path in filter(None, self.params.get("expand", "").split(",")):
            place = tree
            for name in path.split("."):
                place = place.setdefault(name, {})
        return tree

    def _matching(self, found: Sequence[Node]) -> list[Node]:
        wanted = self._condition(found)
        return [one for one in found if wanted(one.row)]

    def _condition(self, found: Sequence[Node]) -> Callable[[Row], bool]:
        if "q" not in self.params or not found or self.world.faults.active(FaultKind.IGNORE_FILTER):
            return lambda row: True
        queryable = found[0].row.keys() - self.not_queryable
        return predicate(self.params["q"], queryable, self.framework)

    def _ordered(self, found: list[Node]) -> list[Node]:
        for part in reversed([part for part in self.params.get("orderBy", "").split(",") if part]):
            name, _, direction = part.partition(":")
            if found and name not in found[0].row:
                raise Refused(400, f"URL request parameter orderBy names {name}, which is no attribute.")
            found = sorted(found, key=lambda one: _sort_key(one.row[name]), reverse=direction == "desc")
        return found

    def _number(self, name: str, default: int) -> int:
        told = self.params.get(name, str(default))
        if not told.isdecimal():
            raise Refused(400, f"URL request parameter {name} cannot be {told}.")
        return int(told)


def _fields(text: str) -> Tree:
    """`A,B;lines:C;lines.schedules:D` as a tree."""
    tree: Tree = {"": []}
    for part in text.split(";"):
        path, colon, names = part.rpartition(":")
        place = tree
        for name in path.split(".") if colon else ():
            place = place.setdefault(name, {"": []})
        place[""] = [name for name in names.split(",") if name]
    return tree


def _sort_key(value: Any) -> tuple[bool, Any]:
    return (value is None, value if value is not None else 0)


def primary_key(found: Sequence[Node], resource: str, finder: str) -> list[Node]:
    """The record that the finder PrimaryKey names. Raises Refused for any other finder."""
    name, _, told = finder.partition(";")
    key, _, value = told.partition("=")
    if name != "PrimaryKey" or key != KEYS[resource]:
        raise Refused(400, f"URL request parameter finder {finder} is not defined.")
    return [one for one in found if str(one.row[key]) == value]
