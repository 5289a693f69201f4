"""Properties of an RDF tree, in any of RDF's equivalent notations (XMP part 1, section 7 and appendix C)."""

from collections.abc import Iterator
from typing import NamedTuple

from facedaemon.sidecar.tree import RDF, Element

_XML = "http://www.w3.org/XML/1998/namespace "
_ARRAYS = {RDF + "Bag", RDF + "Seq", RDF + "Alt"}
_SYNTAX = {RDF + name for name in ("about", "ID", "nodeID", "parseType", "datatype", "resource", "bagID", "aboutEach")}


class Value(NamedTuple):
    """A property's value: text, or the fields of a structure, or the items of an array; qualifiers are fields too.

    `element` is its element (None for one written as an attribute), `array` its rdf:Bag, Seq or Alt.
    """

    text: str
    fields: dict[str, "Value"]
    items: tuple["Value", ...]
    element: Element | None
    array: Element | None

    def field(self, *names: str) -> "Value | None":
        """The field reached by the names one after the other, or None."""
        value: Value | None = self
        for name in names:
            value = value.fields.get(name) if value else None
        return value

    def text_of(self, *names: str) -> str:
        """The stripped text of that field; empty where there is none."""
        value = self.field(*names)
        return value.text.strip() if value else ""


def descriptions(rdf: Element) -> tuple[Element, ...]:
    """The nodes below rdf:RDF, each of which describes the photo."""
    return rdf.children


def fault(rdf: Element) -> str:
    """What breaks RDF's alternation of nodes and properties; empty if nothing does.

    Programs read such a packet in different ways, so the effect of an edit on them cannot be known.
    """
    pending = [(node, False) for node in descriptions(rdf)]
    while pending:
        element, is_property = pending.pop()
        parse_type = element.attributes.get(RDF + "parseType") if is_property else None
        if parse_type not in (None, "Resource"):
            continue
        if is_property and parse_type is None and len(element.children) > 1:
            return f"the property {element.name.rpartition(' ')[2][:40]} holds {len(element.children)} values"
        inner_are_properties = not is_property or parse_type == "Resource"
        pending += [(child, inner_are_properties) for child in element.children if child.children or is_property]
    return ""


def names(rdf: Element) -> set[str]:
    """The names of all top-level properties."""
    return {
        name
        for node in descriptions(rdf)
        for name in (*filter(_is_property, node.attributes), *(child.name for child in node.children))
    }


def values(rdf: Element, wanted: str) -> Iterator[Value]:
    """All top-level properties named `wanted`."""
    for node in descriptions(rdf):
        if wanted in node.attributes:
            yield _leaf(node.attributes[wanted])
        for child in node.children:
            if child.name == wanted:
                yield value_of(child)


def value_of(element: Element) -> Value:
    """The value of a property element or an rdf:li."""
    if not element.attributes and not element.children:  # most are so, and there may be 100,000
        return Value(element.text, {}, (), element, None)
    parse_type = element.attributes.get(RDF + "parseType")
    if parse_type == "Resource":
        return _struct(element, element.children, {})
    if parse_type is not None:  # Literal and Collection are no XMP: opaque
        return Value("", {}, (), element, None)
    if not element.children:
        text = element.attributes.get(RDF + "resource", element.text)
        fields = {n: _leaf(v) for n, v in element.attributes.items() if _is_property(n)}
        return _with_value(Value(text, fields, (), element, None))
    node = element.children[0]
    if node.name in _ARRAYS:
        return Value("", {}, tuple(value_of(item) for item in node.children), element, node)
    return _struct(element, node.children, node.attributes)


def _struct(element: Element, children: tuple[Element, ...], attributes: dict[str, str]) -> Value:
    fields = {
        name: _leaf(text)
        for source in (element.attributes, attributes)
        for name, text in source.items()
        if _is_property(name)
    }
    for child in children:
        fields.setdefault(child.name, value_of(child))
    return _with_value(Value("", fields, (), element, None))


def _with_value(value: Value) -> Value:
    """A structure with rdf:value is that value, and its other fields are qualifiers."""
    inner = value.fields.get(RDF + "value")
    if inner is None:
        return value
    return Value(inner.text, inner.fields | value.fields, inner.items, value.element, inner.array)


def _leaf(text: str) -> Value:
    return Value(text, {}, (), None, None)


def _is_property(name: str) -> bool:
    return " " in name and name not in _SYNTAX and not name.startswith(_XML)
