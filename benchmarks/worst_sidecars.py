"""The most expensive sidecars that are not refused, read and edited: `python -m benchmarks.worst_sidecars`.

Each in a process of its own. Prints a line for each; exit status 1 where one takes more than 2 s of processor time for
reading or for editing, or more than 300 MB.
"""

import os
import resource
import sys
import time
from collections.abc import Callable

from facedaemon.sidecar.edit_plan import edited
from facedaemon.sidecar.own_metadata import as_written
from facedaemon.sidecar.regions import read_regions
from facedaemon.sidecar.tree import MAX_BYTES, NotXmp, parse
from tests.sidecar.packets import ADA, SIZE, area, mwg, packet

SECONDS, MEGABYTES = 2.0, 300
FULL = MAX_BYTES - 6000  # what a packet may hold besides our part and its own frame


def _microsoft(count: int) -> str:
    items = "".join(
        f'<rdf:li MPReg:PersonDisplayName="P" MPReg:Rectangle="{n / count}, 0.1, 0.01, 0.01"/>' for n in range(count)
    )
    listed = f"<MPRI:Regions><rdf:Bag>{items}</rdf:Bag></MPRI:Regions>"
    return f'<MP:RegionInfo rdf:parseType="Resource">{listed}</MP:RegionInfo>'


def _regions(count: int, is_one: bool = False) -> str:
    return mwg(*(f"<mwg-rs:Name>P{'' if is_one else n}</mwg-rs:Name>{area(x=n / count)}" for n in range(count)))


PACKETS: dict[str, Callable[[], str]] = {
    "10,000 regions": lambda: packet(_regions(10_000)),
    "9,000 regions of one name, twice": lambda: packet(_regions(9_000, is_one=True) + _microsoft(9_000)),
    "190,000 elements": lambda: packet("<dc:a/>" * 190_000),
    "a list of 180,000": lambda: packet(f"<dc:s><rdf:Bag>{'<rdf:li>x</rdf:li>' * 180_000}</rdf:Bag></dc:s>"),
    "180,000 empty lists of ours": lambda: packet("<facedaemon:Suggestions/>" * 180_000),
    "90,000 namespaces": lambda: packet("".join(f'<a{n}:b xmlns:a{n}="http://x/{n}/"/>' for n in range(90_000))),
    "100,000 namespaces in a tag": lambda: packet("", "".join(f' xmlns:a{n}="http://x/{n}/"' for n in range(100_000))),
    "white space in a tag": lambda: packet("").replace("<rdf:RDF", "<rdf:RDF" + " " * FULL),
    "white space behind": lambda: packet("") + " " * FULL,
    "one text": lambda: packet(f"<dc:a>{'x' * (FULL - 1000)}</dc:a>"),
    "one attribute": lambda: packet("", f' dc:b="{"x" * (FULL - 1000)}"'),
    "one comment": lambda: packet(f"<!--{'x' * (FULL - 1000)}-->"),
    "many comments": lambda: packet("<!--x-->" * (FULL // 8 - 1000)),
    "many references": lambda: packet(f"<dc:a>{'&amp;' * (FULL // 5 - 1000)}</dc:a>"),
    "quotation marks": lambda: packet(f"""<dc:a b="{">" * (FULL // 2)}" c='{'"' * (FULL // 3)}'/>"""),
}


def measured(text: str) -> tuple[float, float]:
    """Processor seconds for reading its regions, and for an edit."""
    raw, item = text.encode(), as_written(ADA, 1, "d")
    started = time.process_time()
    document = parse(raw)
    read_regions(document.rdf, 1, SIZE)
    read = time.process_time()
    try:
        edited(document, [item], [item], SIZE)
    except NotXmp as reason:
        print(f"  refused: {reason}")
    return read - started, time.process_time() - read


def main() -> int:
    """All figures."""
    worst = 0
    for name, make in PACKETS.items():
        if (process := os.fork()) == 0:
            read, edit = measured(make())
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(f"{name}: read in {read:.2f} s, edited in {edit:.2f} s, {memory} MB", flush=True)
            os._exit(max(read, edit) > SECONDS or memory > MEGABYTES)
        worst = max(worst, os.waitpid(process, 0)[1])
    return 1 if worst else 0


if __name__ == "__main__":
    sys.exit(main())
