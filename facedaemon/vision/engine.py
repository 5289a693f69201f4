"""Networks compiled and run by OpenVINO."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import LifoQueue
from threading import Lock
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from facedaemon.errors import ExitCode, Fatal
from facedaemon.vision import reference
from facedaemon.vision.codecs import Pixels
from facedaemon.vision.manifest import ModelEntry
from facedaemon.vision.models import PRECISION, Located, Models

# When OpenVINO is imported it reports its use to Google Analytics through a package of its own and keeps an identity
# in ~/intel. That package is made impossible to import: then nothing is reported and nothing leaves the machine.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # what import takes for "there is none"

import openvino  # noqa: E402

from facedaemon.vision.graph import lightened  # noqa: E402 - which imports openvino

_MOST_COPIES = 4
"""Copies of a network at most, however many cores there are: one of the detector takes 37 MB for each million pixels of
the largest picture so far, one of the recogniser 20 MB."""
_MOST_BYTES = 64 << 20
"""Bytes of all copies of a recogniser at most: each copy keeps the weights in memory of its own."""
_TOGETHER = 4
"""Pictures in one run: each face then takes a tenth less time. More do not fit into the processor's caches and take
longer again; and OpenVINO keeps some memory for each batch size."""
SETTINGS = {"NUM_STREAMS": 0, "INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": PRECISION}
"""For every network. Without streams OpenVINO works in the calling thread, whose core has the picture in its cache.
With streams it uses threads of its own, and an eighth of the time is spent on waking them and moving the picture.
Without a fixed precision each processor uses its own (bf16, f16): embeddings of two machines cannot be compared."""
_DETECTED = (96, 96)  # width and height of a detector's reference picture; also the size that `false_positives` uses
_TESTED = "2026.4"
_LAYERS = {"Convolution", "FullyConnected", "MatMul"}
Outputs = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Computed:
    """How a machine computes a network: precision (f32), kernels, and its answer's similarity to the known one.

    `likeness` is None where the manifest knows no answer.
    """

    name: str
    precision: str
    kernels: tuple[str, ...]
    likeness: float | None


def computed(models: Models) -> tuple[Computed, ...]:
    """How this machine computes each of the networks, detector first. Raises Fatal (exit status 3) as `network`."""
    engine = Engine(1)
    return tuple(engine.network(model).computed for model in (models.detector, *models.recognisers))


class Engine:
    """Compiles networks, each as often as it may be used at the same time."""

    def __init__(self, threads: int) -> None:
        """`threads` is how many threads will use the networks."""
        self._core = openvino.Core()
        # half of a photo's time is spent on decoding: one copy is enough for two threads
        self._copies = max(min(threads, 2), min(threads // 2, _MOST_COPIES))

    @property
    def processor(self) -> str:
        """The processor's name and OpenVINO's version."""
        return f"{self._core.get_property('CPU', 'FULL_DEVICE_NAME')}, OpenVINO {openvino.__version__.split('-')[0]}"

    def network(self, model: Located) -> "Network":
        """A detector for pictures of any size; a recogniser for those of the manifest's size, several at once.

        While a network is in use, all who ask for it in this process get the same one. Raises Fatal (exit status 3)
        where its answer to the reference picture differs from the known one.
        """
        with _loading:
            loaded = _in_use.get((model, self._copies))
            if loaded is None:
                loaded = _in_use[model, self._copies] = self._load(model)
            return loaded

    def _load(self, model: Located) -> "Network":
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
        compiled = [self._core.compile_model(ready, "CPU", SETTINGS) for _ in range(copies)]
        loaded = Network(entry, compiled, takes_several)
        _compare(loaded, self.processor)
        return loaded


class Network:
    """One network, compiled several times; `run` may be called by many threads, which wait where all are in use.

    `answer` is its output for the reference picture, as text; `likeness` that one's cosine with the answer in the
    manifest, None where the manifest has none.
    """

    def __init__(self, entry: ModelEntry, compiled: Sequence[openvino.CompiledModel], takes_several: bool) -> None:
        self._together = _TOGETHER if takes_several else 1
        # an output may have several names; IR networks number theirs
        self._names = [(name, at) for at, output in enumerate(compiled[0].outputs) for name in output.names]
        self._first = compiled[0]
        self._free: LifoQueue[openvino.InferRequest] = LifoQueue()
        for each in compiled:
            self._free.put(each.create_infer_request())
        self.entry = entry
        # also the process's first inference, which initialises OpenVINO's Python binding; two threads that do so at
        # once deadlock (seen with 2026.4: a lock inside the binding against the interpreter's)
        answers = self.answers(reference.picture(*(_DETECTED if entry.kind == "detector" else entry.input))[None])
        self._answers = answers
        self.answer = reference.encoded(answers)
        self.likeness = self.likeness_with(entry.reference) if entry.reference else None

    def likeness_with(self, answer: str) -> float:
        """The cosine of its answer to the reference picture with another one. Raises Fatal for what is no answer."""
        try:
            return reference.likeness(answer, self._answers)
        except ValueError as error:
            raise Fatal(f"{self.entry.name}: {error} (models/README.md)", ExitCode.MODELS) from None

    @property
    def numbers(self) -> int:
        """How many numbers its first output has for the reference picture."""
        return int(self._answers[0].size)

    @property
    def computed(self) -> Computed:
        """How this machine computes the network."""
        return Computed(self.entry.name, self.precision, self.kernels, self.likeness)

    @property
    def precision(self) -> str:
        """The precision it computes with, as OpenVINO reports it: f32, bf16, f16."""
        return str(self._first.get_property("INFERENCE_PRECISION_HINT").to_string())

    @property
    def kernels(self) -> tuple[str, ...]:
        """OpenVINO's names of the kernels of its convolutions: method, instructions, precision, as in jit_avx2_f32."""
        found = [node.get_rt_info() for node in self._first.get_runtime_model().get_ordered_ops()]
        names = {str(each["primitiveType"].astype(str)) for each in found if each["layerType"].astype(str) in _LAYERS}
        return tuple(sorted(names))

    def run(self, pictures: Sequence[Pixels] | Pixels) -> Outputs:
        """All outputs by name, each (n, numbers), for n > 0 pictures (height, width, 3) of one size that it takes."""
        answers = self.answers(pictures)
        return {name: answers[at] for name, at in self._names}

    def answers(self, pictures: Sequence[Pixels] | Pixels) -> list[NDArray[np.float32]]:
        """The same in the order of the network's outputs."""
        runs = []
        request = self._free.get()
        try:
            for at in range(0, len(pictures), self._together):
                some = np.ascontiguousarray(pictures[at : at + self._together])
                request.infer([some], share_inputs=True)
                runs.append([each.data.reshape(len(some), -1).copy() for each in request.output_tensors])
        finally:
            self._free.put(request)
        return [np.concatenate(parts) for parts in zip(*runs, strict=True)]


# compiling takes up to half a second, and a compiled network some ten megabytes
_in_use: WeakValueDictionary[tuple[Located, int], Network] = WeakValueDictionary()
_loading = Lock()


def _for_several(network: openvino.Model, size: tuple[int, int]) -> bool:
    """Reshape the recogniser for any number of faces of this size; where that fails, for one face, and return False."""
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


def _compare(network: Network, processor: str) -> None:
    entry = network.entry
    if entry.kind == "recogniser" and network.numbers != entry.embedding:
        raise Fatal(
            f"{entry.name}: it gives {network.numbers} numbers a face, not {entry.embedding}: correct 'embedding' in "
            "its entry (models/README.md)",
            ExitCode.MODELS,
        )
    if network.likeness is not None and network.likeness < reference.LEAST_LIKENESS:
        raise Fatal(
            f"{entry.name}: this machine computes it otherwise than others do. Its answer to the reference picture has "
            f"a likeness of {network.likeness:.4f} with the known one, at least {reference.LEAST_LIKENESS} is needed "
            f"({processor}; {network.precision} by {', '.join(network.kernels)}). What it gives for faces could not be "
            "compared with what other machines give, so no photo is looked at. What to do: install the OpenVINO that "
            f"facedaemon is tested with (pip install 'openvino=={_TESTED}.*') and look again with 'facedaemon models "
            "verify'; if that does not help, please report this message",
            ExitCode.MODELS,
        )


def _main_file(files: Sequence[Path]) -> Path:
    # an IR network is read by its .xml, which finds the .bin beside it
    return next((file for file in files if file.suffix != ".bin"), files[0])
