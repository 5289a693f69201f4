"""Networks compiled by OpenVINO for one fixed input shape, fed with plain pixels."""

import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facedaemon.vision.codecs import Pixels
from facedaemon.vision.models import Located

# OpenVINO, by merely being imported, reports its use to Google Analytics through a package of its own and keeps an
# identity in ~/intel; where that package cannot be imported, it does without. Nothing leaves the machine.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # what import takes for "there is none"

import openvino  # noqa: E402

from facedaemon.vision.graph import lightened  # noqa: E402 - which imports openvino

_LARGE_PICTURE = 500_000  # pixels
Outputs = dict[str, NDArray[np.float32]]


class Engine:
    """Compiles networks; each thread that uses one gets its own request, `streams` of them run at once."""

    def __init__(self, streams: int) -> None:
        self._core = openvino.Core()
        self._light: dict[Path, openvino.Model] = {}
        self._threads = streams

    def network(self, model: Located, shape: tuple[int, int] | None = None) -> "Network":
        """The network for pictures of `shape` = (width, height); None takes the manifest's."""
        entry = model.entry
        width, height = shape or entry.input
        network = self._read(model)
        network.reshape([1, 3, height, width])
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
        return Network(self._core.compile_model(steps.build(), "CPU", self._settings(width * height)))

    def _settings(self, pixels: int) -> dict[str, Any]:
        """One thread a stream: several pictures at once use the cores a little better than one that is split up.

        Large ones are split up all the same, one at a time: each stream has its own working memory, 37 MB a million
        pixels, and with as many as there are cores it would be all of the machine's. It costs a twentieth.
        """
        streams = 1 if pixels > _LARGE_PICTURE else self._threads
        return {"NUM_STREAMS": streams, "INFERENCE_NUM_THREADS": self._threads, "PERFORMANCE_HINT": "THROUGHPUT"}

    def _read(self, model: Located) -> openvino.Model:
        path = _main_file(model.files)
        if model.entry.kind != "detector":
            return self._core.read_model(path)
        if path not in self._light:  # two threads may do so at once; one of both is kept, which does no harm
            self._light[path] = lightened(self._core, path)
        return self._light[path].clone()


class Network:
    """One compiled network; `run` may be called by many threads."""

    def __init__(self, compiled: openvino.CompiledModel) -> None:
        self._compiled = compiled
        # an output may have several names; IR networks number theirs
        self._names = [(name, at) for at, output in enumerate(compiled.outputs) for name in output.names]
        self._own = threading.local()
        self._rests = False

    def run(self, pixels: Pixels) -> Outputs:
        """All outputs by name for one picture of the network's shape; they stand until this thread's next run."""
        self._rests = False
        request = getattr(self._own, "request", None)
        if request is None:
            request = self._own.request = self._compiled.create_infer_request()
        request.infer([np.ascontiguousarray(pixels)[None]], share_inputs=True)
        return {name: request.get_output_tensor(at).data for name, at in self._names}

    def rest(self) -> None:
        """Its working memory is given back; the next run takes it anew, in a fiftieth of a second."""
        if not self._rests:
            self._rests = True
            try:
                self._compiled.release_memory()
            except RuntimeError:  # another thread is in the middle of a picture: it is in use
                self._rests = False


def _main_file(files: Sequence[Path]) -> Path:
    # an IR network is read by its .xml, which finds the .bin beside it
    return next((file for file in files if file.suffix != ".bin"), files[0])
