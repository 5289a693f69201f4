"""The process that reads photos' own metadata: `python -m facedaemon.sidecar.reader_worker DESCRIPTOR`."""

from typing import Any

import numpy as np

from facedaemon.process_messages import Bytes, Message
from facedaemon.sandboxed_process import Limits, serve
from facedaemon.sidecar.embedded import read_embedded
from facedaemon.sidecar.exiv2 import exif_and_iptc
from facedaemon.sidecar.reader_client import packed
from facedaemon.sidecar.tree import NotXmp

MEMORY = 256 << 20  # bytes of addresses beyond those at the start: four times the largest packet, and its text
CPU_SECONDS = 20  # a raw file of 100 MB takes 0.2
_GROWN = 128 << 20

EMPTY = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
    b'</x:xmpmeta>\n<?xpacket end="w"?>\n'
)


def _answer(question: Message) -> tuple[dict[str, Any], Bytes | None]:
    if question.descriptor is None:
        raise ValueError("no file came with the question")
    found = read_embedded(question.descriptor)
    if question.values["wanted"] == "embedded":
        return packed(found)
    try:
        exif, iptc = exif_and_iptc(question.descriptor, found.exif_block, EMPTY)
    except NotXmp as reason:
        return {"refused": str(reason)}, None
    return {"exif_length": len(exif)}, np.frombuffer(exif + iptc, np.uint8)


if __name__ == "__main__":
    serve(_answer, Limits(MEMORY, CPU_SECONDS, _GROWN))
