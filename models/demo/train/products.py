"""Kokoro's graph with its convolutions as matrix products: onnxruntime computes those of bytes with VNNI, four at once,
and its ConvInteger without. The same numbers, two thirds of the time. Without VNNI they are no quicker, and wrong.
"""
from collections import defaultdict
from pathlib import Path

import numpy as np
import onnx
from onnx import AttributeProto, NodeProto, helper, numpy_helper


def products_are_exact() -> bool:
    """Whether this processor has VNNI. With AVX2 alone onnxruntime adds products of two bytes in 16 bits, which overflow."""
    about = Path("/proc/cpuinfo")
    return about.exists() and "vnni" in about.read_text()


def attributes(node: NodeProto) -> dict[str, list[int]]:
    return {attribute.name: list(attribute.ints) for attribute in node.attribute if attribute.type == AttributeProto.INTS}


def with_products(model: bytes) -> bytes:
    """Each ConvInteger of stride 1, with the integer bias, cast and scale that follow it, becomes: samples last to first,
    padded, the taps side by side, one product, scale, float bias, and back to [1, channels, samples]."""
    graph = (whole := onnx.load_from_string(model)).graph
    constants = {constant.name: constant for constant in graph.initializer}
    made_by = {output: node for node in graph.node for output in node.output}
    read_by: dict[str, list[NodeProto]] = defaultdict(list)
    for node in graph.node:
        for name in node.input:
            read_by[name].append(node)

    def constant(name: str, value: np.ndarray) -> str:
        if name not in constants:
            constants[name] = numpy_helper.from_array(value, name)
            graph.initializer.append(constants[name])
        return name
    replaced: dict[str, list[NodeProto]] = {}
    for conv in graph.node:
        shape = attributes(conv)
        if conv.op_type != "ConvInteger" or shape["strides"] != [1] or any(a.name == "group" and a.i != 1 for a in conv.attribute):
            continue
        levels, weight, zero, weight_zero = conv.input
        chain, bias = [conv], ""
        while chain[-1].op_type != "Mul":
            chain.append(read_by[chain[-1].output[0]][0])
        if chain[1].op_type == "Add":  # bias / scale as integers, made from the float bias in the graph
            source = made_by[next(name for name in chain[1].input if name != conv.output[0])]
            while source.op_type != "Div":
                source = made_by[source.input[0]]
            bias = source.input[0]
        scale = next(name for name in chain[-1].input if name != chain[-2].output[0])
        taps = numpy_helper.to_array(constants[weight])
        outputs, inputs, count = taps.shape
        name, signed = conv.name, (taps.astype(np.int16) - 128).astype(np.int8)
        signed_zero = (numpy_helper.to_array(constants[weight_zero]).astype(np.int16) - 128).astype(np.int8)
        before, after = shape["pads"]
        step = shape["dilations"][0]
        nodes = [helper.make_node("Transpose", [levels], [f"{name}/rows"], perm=[0, 2, 1])]
        columns = f"{name}/rows"
        if count > 1:
            pads = constant(f"pads {before} {after}", np.array([0, before, 0, 0, after, 0], np.int64))
            nodes += [helper.make_node("Pad", [columns, pads, zero], [f"{name}/padded"]),
                      helper.make_node("Shape", [columns], [f"{name}/length"], start=1, end=2),
                      helper.make_node("Add", [f"{name}/length", constant(f"pad {before + after}", np.array([before + after], np.int64))],
                                       [f"{name}/padded length"])]
            for tap in range(count):
                start, rest = tap * step, (count - 1 - tap) * step
                end = f"{name}/end {tap}"
                nodes += [helper.make_node("Sub", [f"{name}/padded length", constant(f"rest {rest}", np.array([rest], np.int64))], [end]),
                          helper.make_node("Slice", [f"{name}/padded", constant(f"start {start}", np.array([start], np.int64)), end,
                                                     constant("axis 1", np.array([1], np.int64))], [f"{name}/tap {tap}"])]
            columns = f"{name}/columns"
            nodes.append(helper.make_node("Concat", [f"{name}/tap {tap}" for tap in range(count)], [columns], axis=2))
        product = constant(f"{weight}/product", np.ascontiguousarray(signed.transpose(2, 1, 0).reshape(count * inputs, outputs)))
        last = f"{name}/scaled"
        nodes += [helper.make_node("MatMulInteger", [columns, product, zero, constant(f"{weight}/zero", signed_zero)], [f"{name}/sum"]),
                  helper.make_node("Cast", [f"{name}/sum"], [f"{name}/float"], to=onnx.TensorProto.FLOAT),
                  helper.make_node("Mul", [f"{name}/float", scale], [last])]
        if bias:
            nodes.append(helper.make_node("Add", [last, bias], [last := f"{name}/biased"]))
        nodes.append(helper.make_node("Transpose", [last], [chain[-1].output[0]], perm=[0, 2, 1]))
        replaced |= {chain[-1].output[0]: nodes} | {node.output[0]: [] for node in chain[:-1]}
    kept = [other for node in graph.node for other in replaced.get(node.output[0], [node])]
    del graph.node[:]
    graph.node.extend(kept)
    return whole.SerializeToString()
