"""Renders facedaemon's own metadata as text and inserts it into a packet that holds none yet. Pure."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from facedaemon.sidecar.areas import applied_size, is_swapped
from facedaemon.sidecar.namespaces import AREA, DIMENSIONS, MP, MP_REGIONS, MPREG, MPRI, MWG, MWG_REGIONS, OWN
from facedaemon.sidecar.own_metadata import Record, WrittenSuggestion
from facedaemon.sidecar.rdf import Value, descriptions, values
from facedaemon.sidecar.regions import listed_regions
from facedaemon.sidecar.tree import RDF, Document, Splice, append, spliced
from facedaemon.values import Size

_NAMESPACES = {
    "rdf": RDF,
    "facedaemon": OWN,
    "stArea": AREA,
    "stDim": DIMENSIONS,
    "mwg-rs": MWG,
    "MP": MP,
    "MPRI": MPRI,
    "MPReg": MPREG,
}


def with_own(
    document: Document,
    wanted: Sequence[WrittenSuggestion],
    as_regions: Sequence[WrittenSuggestion],
    size: Size,
    stamp: str = "",
    record: Record | None = None,
) -> bytes:
    """The UTF-8 form of a packet that holds nothing of ours, with `wanted` in our list and `as_regions` as real ones.

    `size` is the stored size. Regions are added to existing lists, before those without a name, since digiKam 9.1 stops
    reading at the first of these; to lists measured on a turned picture none are added. `stamp` is put beside the list
    (see `sidecar.stamp`); `record` into a description of its own, so that it stays when the list is removed.
    """
    splices: list[Splice] = []
    new: list[str] = [_own_list(wanted)] if wanted else []
    if (wanted or as_regions or record) and stamp:
        # an array, since Exiv2 turns a single text into an attribute
        items = "".join(f"\n     <rdf:li>{_text(part)}</rdf:li>" for part in stamp.split())
        new.append(f"\n   <facedaemon:Seed>\n    <rdf:Seq>{items}\n    </rdf:Seq>\n   </facedaemon:Seed>")
    if as_regions:
        for name, item, whole in ((MWG_REGIONS, _mwg_item, _mwg_whole), (MP_REGIONS, _mp_item, _mp_whole)):
            there = list(values(document.rdf, name))
            if not there:
                new.append(whole("".join(item(each) for each in as_regions), size))
                continue
            listed = listed_regions(there[0])
            if listed is None or listed.array is None or is_swapped(applied_size(there[0]), size):
                continue
            text = "".join(item(each, namespaces=True) for each in as_regions)
            before = next((each.element for each in listed.items if each.element and not _is_named(each)), None)
            splices += append(document.data, listed.array, text.encode(), before)
    about = next((n.attributes[RDF + "about"] for n in descriptions(document.rdf) if RDF + "about" in n.attributes), "")
    text = "".join(
        _description(about, part) for part in ([_record(record)] if record else []) + (["".join(new)] if new else [])
    )
    if text:
        splices += append(document.data, document.rdf, text.encode())
    return spliced(document.data, splices)


def _description(about: str, properties: str) -> str:
    opening = f"\n  <rdf:Description rdf:about={quoteattr(about)}{_declared(properties, also='rdf')}>"
    return f"{opening}{properties}\n  </rdf:Description>"


def _record(record: Record) -> str:
    rest = f"\n    <facedaemon:Rest>{record.rest}</facedaemon:Rest>" if record.rest else ""
    return f"""
   <facedaemon:Record rdf:parseType="Resource">
    <facedaemon:State>{_text(record.state)}</facedaemon:State>
    <facedaemon:List>{record.list}</facedaemon:List>{rest}
   </facedaemon:Record>"""


def _is_named(item: Value) -> bool:
    return bool(item.text_of(MWG + "Name") or item.text_of(MPREG + "PersonDisplayName"))


def _declared(text: str, also: str = "") -> str:
    return "".join(
        f'\n    xmlns:{prefix}="{uri.strip()}"'
        for prefix, uri in _NAMESPACES.items()
        if prefix == also or f"<{prefix}:" in text or f" {prefix}:" in text
    )


def _own_list(wanted: Sequence[WrittenSuggestion]) -> str:
    items = "".join(
        f"""
     <rdf:li rdf:parseType="Resource">
      <facedaemon:Name>{_text(item.name)}</facedaemon:Name>
      <facedaemon:Confidence>{item.confidence}</facedaemon:Confidence>
      <facedaemon:Area rdf:parseType="Resource">{_area(item)}
      </facedaemon:Area>
      <facedaemon:Generation>{item.generation}</facedaemon:Generation>
      <facedaemon:Date>{_text(item.date)}</facedaemon:Date>
     </rdf:li>"""
        for item in wanted
    )
    return f"""
   <facedaemon:Suggestions>
    <rdf:Bag>{items}
    </rdf:Bag>
   </facedaemon:Suggestions>"""


def _area(item: WrittenSuggestion) -> str:
    fields = "".join(
        f"\n       <stArea:{side}>{number}</stArea:{side}>" for side, number in zip("xywh", item.area, strict=True)
    )
    return f"{fields}\n       <stArea:unit>normalized</stArea:unit>"


def _text(value: str) -> str:
    return escape(value, {"\r": "&#13;"})


def _item(inner: str, namespaces: bool) -> str:
    declared = _declared(inner, also="rdf") if namespaces else ""
    return f'\n      <rdf:li rdf:parseType="Resource"{declared}>{inner}\n      </rdf:li>'


def _mark(item: WrittenSuggestion, depth: int) -> str:
    """Our attributes; they repeat the name, so that a region renamed by a human is recognised as the human's."""
    indent = "\n" + " " * depth
    return (
        f"{indent}<facedaemon:Origin>{item.origin}</facedaemon:Origin>"
        f"{indent}<facedaemon:Confidence>{item.confidence}</facedaemon:Confidence>"
        f"{indent}<facedaemon:Name>{_text(item.name)}</facedaemon:Name>"
    )


def _mwg_item(item: WrittenSuggestion, namespaces: bool = False) -> str:
    inner = f"""
       <mwg-rs:Name>{_text(item.name)}</mwg-rs:Name>
       <mwg-rs:Type>Face</mwg-rs:Type>
       <mwg-rs:Area rdf:parseType="Resource">{_area(item)}
       </mwg-rs:Area>
       <mwg-rs:Extensions rdf:parseType="Resource">{_mark(item, 8)}
       </mwg-rs:Extensions>"""
    return _item(inner, namespaces)


def _mwg_whole(items: str, size: Size) -> str:
    return f"""
   <mwg-rs:Regions rdf:parseType="Resource">
    <mwg-rs:AppliedToDimensions rdf:parseType="Resource">
     <stDim:w>{size.width}</stDim:w>
     <stDim:h>{size.height}</stDim:h>
     <stDim:unit>pixel</stDim:unit>
    </mwg-rs:AppliedToDimensions>
    <mwg-rs:RegionList>
     <rdf:Bag>{items}
     </rdf:Bag>
    </mwg-rs:RegionList>
   </mwg-rs:Regions>"""


def _mp_item(item: WrittenSuggestion, namespaces: bool = False) -> str:
    x, y, w, h = (float(number) for number in item.area)
    rectangle = ", ".join(f"{number:.6f}" for number in (x - w / 2, y - h / 2, w, h))
    inner = f"""
       <MPReg:PersonDisplayName>{_text(item.name)}</MPReg:PersonDisplayName>
       <MPReg:Rectangle>{rectangle}</MPReg:Rectangle>{_mark(item, 7)}"""
    return _item(inner, namespaces)


def _mp_whole(items: str, _size: Size) -> str:
    return f"""
   <MP:RegionInfo rdf:parseType="Resource">
    <MPRI:Regions>
     <rdf:Bag>{items}
     </rdf:Bag>
    </MPRI:Regions>
   </MP:RegionInfo>"""
