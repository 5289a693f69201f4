"""Networks compiled by OpenVINO, fed with plain pixels."""

import sys
from collections.abc import Sequence
from pathlib import Path
from queue import LifoQueue

import numpy as np
from numpy.typing import NDArray

from facedaemon.vision.codecs import Pixels
from facedaemon.vision.models import Located

# OpenVINO, by merely being imported, reports its use to Google Analytics through a package of its own and keeps an
# identity in ~/intel; where that package cannot be imported, it does without. Nothing leaves the machine.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # what import takes for "there is none"

import openvino  # noqa: E402

from facedaemon.vision.graph import lightened  # noqa: E402 - which imports openvino

_MOST_COPIES = 4
"""Of a network, however many cores there are: one of the detector takes 37 MB a million pixels of the largest picture
that it has seen, one of the recogniser 20 MB."""
_MOST_BYTES = 64 << 20
"""Of all copies of a recogniser's file: each has the numbers in it in a memory of its own."""
_TOGETHER = 4
"""Pictures in one run: a face costs a tenth less each. More do not fit the caches, and cost more again; and each number
of them takes some memory for good."""
_IN_CALLER = {"NUM_STREAMS": 0, "INFERENCE_NUM_THREADS": 1}
"""Without streams OpenVINO works in the thread that asks, whose core has the picture at hand. With them it hands the
work to threads of its own, and an eighth of the time goes into waking them and into fetching the picture."""
Outputs = dict[str, NDArray[np.float32]]


class Engine:
    """Compiles networks, each as many times as it may be used at once."""

    def __init__(self, threads: int) -> None:
        """`threads` is how many will look at pictures."""
        self._core = openvino.Core()
        # half of the time of a photo goes into decoding it: so many are enough for twice as many threads
        self._copies = max(min(threads, 2), min(threads // 2, _MOST_COPIES))

    def network(self, model: Located) -> "Network":
        """A detector for pictures of any size; a recogniser for those of the manifest's size, several at once."""
        entry = model.entry
        path = _main_file(model.files)
        if entry.kind == "detector":
            network, takes_several, copies = lightened(self._core, path), True, self._copies
        else:
            network = self._core.read_model(path)
            takes_several = _for_several(network, entry.input)
            copies = min(self._copies, max(1, _MOST_BYTES // sum(file.stat().st_size for file in model.files)))
        steps = openvino.preprocess.PrePostProcessor(network)
        taken = steps.input()
        taken.tensor().set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
        taken.model().set_layout(openvino.Layout("NCHW"))
        order = {"BGR": openvino.preprocess.ColorFormat.BGR, "RGB": openvino.preprocess.ColorFormat.RGB}
        taken.tensor().set_color_format(order["BGR"])
        convert = taken.preprocess().convert_element_type(openvino.Type.f32)
        if entry.colours == "RGB":
            convert.convert_color(order["RGB"])
        if entry.mean:
            convert.mean(entry.mean)
        if entry.scale != 1:
            convert.scale(1 / entry.scale)
        ready = steps.build()
        compiled = [self._core.compile_model(ready, "CPU", _IN_CALLER) for _ in range(copies)]
        return Network(compiled, takes_several)


class Network:
    """One network, compiled several times; `run` may be called by many threads, which wait where all are in use."""

    def __init__(self, compiled: Sequence[openvino.CompiledModel], takes_several: bool) -> None:
        self._together = _TOGETHER if takes_several else 1
        # an output may have several names; IR networks number theirs
        self._names = [(name, at) for at, output in enumerate(compiled[0].outputs) for name in output.names]
        self._free: LifoQueue[openvino.InferRequest] = LifoQueue()
        for each in compiled:
            self._free.put(each.create_infer_request())

    def run(self, pictures: Sequence[Pixels] | Pixels) -> Outputs:
        """All outputs by name, each (n, numbers), for n > 0 pictures (height, width, 3) of one size that it takes."""
        runs = []
        request = self._free.get()
        try:
            for at in range(0, len(pictures), self._together):
                some = np.ascontiguousarray(pictures[at : at + self._together])
                request.infer([some], share_inputs=True)
                runs.append([each.data.reshape(len(some), -1).copy() for each in request.output_tensors])
        finally:
            self._free.put(request)
        answers = [np.concatenate(parts) for parts in zip(*runs, strict=True)]
        return {name: answers[at] for name, at in self._names}


def _for_several(network: openvino.Model, size: tuple[int, int]) -> bool:
    """The recogniser is made one for any number of faces of this size; for one alone, and False, where it cannot be."""
    width, height = size
    try:
        network.reshape([-1, 3, height, width])
        answer = network.output(0).partial_shape
        if answer.rank.is_static and [each.is_dynamic for each in answer] == [True] + [False] * (len(answer) - 1):
            return True
    except RuntimeError:  # a number within it says how many faces there are
        pass
    network.reshape([1, 3, height, width])
    return False


def _main_file(files: Sequence[Path]) -> Path:
    # an IR network is read by its .xml, which finds the .bin beside it
    return next((file for file in files if file.suffix != ".bin"), files[0])
