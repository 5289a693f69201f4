"""facedaemon whose networks stand still for a while: `python -m benchmarks.hung SECONDS run …` (0: for ever).

They do so once, at the 30th picture that they are given.
"""

import itertools
import sys
import threading
from collections.abc import Sequence

from facedaemon.daemon import block_signals

block_signals()

from facedaemon.cli import main  # noqa: E402
from facedaemon.vision.codecs import Pixels  # noqa: E402
from facedaemon.vision.engine import Network, Outputs  # noqa: E402

if __name__ == "__main__":
    seconds = float(sys.argv.pop(1))
    given, really = itertools.count(1), Network.run

    def run(self: Network, pictures: Sequence[Pixels] | Pixels) -> Outputs:
        if next(given) == 30:
            print("the network stands still", file=sys.stderr, flush=True)
            threading.Event().wait(seconds or None)
        return really(self, pictures)

    Network.run = run  # type: ignore[method-assign]  # the hang that is injected
    main()
