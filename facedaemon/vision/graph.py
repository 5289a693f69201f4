"""Networks rewritten to take less time for the same answer (to the seventh digit)."""

import re
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openvino
from numpy.typing import NDArray
from openvino import opset13 as ops
from openvino.passes import ConstantFolding, Manager

_FEW_CHANNELS = 32  # a branch with more fills the processor's vector registers without being joined
# OpenVINO uses its matrix-product kernels (brgemm) for YuNet's narrow layers and converts the data layout between them
# and the other layers. Without them the network takes 14 % less time on AVX2 and 18 % less on AVX-512 (in f32,
# docs/decisions/017). On a processor that lacks the kernels named here OpenVINO chooses.
KERNELS: tuple[str, ...] = (
    "cpu:jit_avx512_1x1",
    "cpu:jit_avx512_dw",
    "cpu:jit_avx512",
    "cpu:jit_avx2_1x1",
    "cpu:jit_avx2_dw",
    "cpu:jit_avx2",
)
_CONVOLUTION = re.compile(r'(<layer [^>]*type="(?:Convolution|GroupConvolution)"[^>]*>\s*<data )')


@dataclass(frozen=True, slots=True)
class _Branch:
    """Two convolutions with their biases, one after the other: pointwise, then depthwise."""

    source: openvino.Output
    result: openvino.Output
    weights: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]


def lightened(core: openvino.Core, path: Path) -> openvino.Model:
    """The network in the file for any number of pictures of any size, with its narrow branches joined."""
    network = core.read_model(path)
    network.reshape([-1, 3, -1, -1])
    folding = Manager()
    folding.register_pass(ConstantFolding())
    folding.run_passes(network)
    join_branches(network)
    return with_kernels(core, network) if KERNELS and _has_the_kernels() else network


def join_branches(network: openvino.Model) -> int:
    """Join branches that read the same value into one with all their channels; returns how many were joined.

    YuNet's heads have 1, 1, 4 and 10 channels; each takes as long as one of 8 or 16.
    """
    beside: defaultdict[tuple[str, int], list[_Branch]] = defaultdict(list)
    for operation in network.get_ordered_ops():
        branch = _branch_ending_at(operation)
        if branch is not None and len(branch.weights[0]) <= _FEW_CHANNELS:
            beside[branch.source.get_node().get_name(), branch.source.get_index()].append(branch)
    joined = [branches for branches in beside.values() if len(branches) > 1]
    for branches in joined:
        _join(branches)
    network.validate_nodes_and_infer_types()
    return sum(map(len, joined))


def with_kernels(core: openvino.Core, network: openvino.Model) -> openvino.Model:
    """The network with `KERNELS` requested for each convolution, by an attribute of the file format."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.xml"
        openvino.save_model(network, path, compress_to_fp16=False)
        text = path.read_text()
        path.write_text(_CONVOLUTION.sub(rf'\1PrimitivesPriority="{",".join(KERNELS)}" ', text))
        return core.read_model(path)


def _has_the_kernels(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    try:
        features = cpuinfo.read_text()
    except OSError:
        return False  # unknown: the choice is OpenVINO's
    return "avx2" in features


def _branch_ending_at(operation: openvino.Node) -> _Branch | None:
    depthwise, second_bias = _biased(operation, "GroupConvolution", "Convolution")
    if depthwise is None:
        return None
    pointwise, first_bias = _biased(depthwise.input_value(0).get_node(), "Convolution")
    if pointwise is None or len(depthwise.input_value(0).get_target_inputs()) > 1:
        return None
    first, second = (_numbers(convolution.input_value(1)) for convolution in (pointwise, depthwise))
    if second is not None and second.shape == (1, 1, 3, 3):  # of one channel, it is written as a plain convolution
        second = second[None]
    shapes_fit = (
        first is not None
        and second is not None
        and first.shape[2:] == (1, 1)
        and second.shape[1:] == (1, 1, 3, 3)
        and first_bias.size == second_bias.size == len(first)
        and depthwise.get_attributes()["pads_begin"] == [1, 1]
        and depthwise.get_attributes()["strides"] == pointwise.get_attributes()["strides"] == [1, 1]
    )
    if first is None or second is None or not shapes_fit:
        return None
    return _Branch(pointwise.input_value(0), operation.output(0), (first, first_bias, second, second_bias))


def _biased(operation: openvino.Node, *kinds: str) -> tuple[openvino.Node | None, NDArray[np.float32]]:
    """The convolution of one of the `kinds` below an addition of constants, and these; else None."""
    nothing = np.zeros(0, np.float32)
    if operation.get_type_name() != "Add":
        return None, nothing
    convolution, bias = operation.input_value(0).get_node(), _numbers(operation.input_value(1))
    if bias is None or convolution.get_type_name() not in kinds:
        return None, nothing
    return convolution, bias


def _numbers(value: openvino.Output) -> NDArray[np.float32] | None:
    node = value.get_node()
    return np.asarray(node.get_data(), np.float32) if node.get_type_name() == "Constant" else None


def _join(branches: list[_Branch]) -> None:
    parts = list(zip(*(branch.weights for branch in branches), strict=True))
    first, second = np.concatenate(parts[0]), np.concatenate(parts[2])
    first_bias, second_bias = (np.concatenate([bias.reshape(1, -1, 1, 1) for bias in parts[at]], 1) for at in (1, 3))
    narrow = ops.add(ops.convolution(branches[0].source, first, [1, 1], [0, 0], [0, 0], [1, 1]), first_bias)
    wide = ops.add(ops.group_convolution(narrow, second, [1, 1], [1, 1], [1, 1], [1, 1]), second_bias)
    parted = ops.variadic_split(wide, 1, np.array([len(branch.weights[0]) for branch in branches], np.int64))
    for at, branch in enumerate(branches):
        for reader in list(branch.result.get_target_inputs()):
            reader.replace_source_output(parted.output(at))
