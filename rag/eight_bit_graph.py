"""The encoder's layers with matrices in 8 bits a weight; activations are made 8 bits wide as they pass.

Each token has a scale of its own: few have numbers so large that with one scale for all the others would be lost. And in
the marks at both ends of a text nearly all that a layer norm gives lies in a channel or two, which a scale for the token
would let drown the rest, while every token attends to these marks. So these channels go through the matrices apart, in
float32: Dettmers et al. (2022), "LLM.int8(): 8-bit Matrix Multiplication for Transformers at Scale", section 3.2.

Sums of whole numbers are exact: what comes out for a token depends on its own numbers alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.onnx_graph import MICROSOFT
from rag.transformer_graph import HIDDEN, After, State, TransformerGraph

#: The channels (`scripts/find_spikes.py`).
_SPIKES = (15, 35, 321)
#: Codes of activations are unsigned, as unsigned times signed is the processor's fast way: which code stands for nought. GELU
#: gives little below nought, so most codes are for what lies above.
_NOUGHT = {"norm": 128, "heads": 128, "gelu": 64}
#: The least that GELU gives.
_LEAST = -0.17


class EightBitGraph(TransformerGraph):
    """The layers, in 8 bits.

    Args:
        narrow: whether weights have 7 bits instead of 8: what processors need whose sums of two 8-bit products overflow.
    """

    def __init__(self, state: State, *, narrow: bool = False):
        super().__init__(state)
        self._narrow = narrow
        constant = self.graph.constant
        self._nought, self._step = {}, {}
        for after, code in _NOUGHT.items():
            self._nought[after] = constant(f"nought.{after}", np.array(code, np.uint8))
            self._step[after] = constant(f"step.{after}", np.array(1 / (255 - code), np.float32))
        # With so large a largest, the least is in the range of the codes.
        nought = _NOUGHT["gelu"]
        self._enough = constant("enough", np.array(-_LEAST * (255 - nought) / nought, np.float32))
        self._flat = constant("flat", np.array([-1]))
        self._spikes = constant("spikes", np.array(_SPIKES))
        others = np.ones(HIDDEN, np.float32)
        others[list(_SPIKES)] = 0
        self._others = constant("others", others)

    def project(self, x: str, names: Sequence[str], after: After) -> str:
        graph, constant = self.graph, self.graph.constant
        codes, scales = (np.concatenate(parts) for parts in zip(*map(self._codes, names), strict=True))
        apart = []
        if after == "norm":
            columns = list(_SPIKES)
            matrix = constant(f"{names[0]}.spikes", np.ascontiguousarray((codes[:, columns] * scales[:, None]).T))
            apart = [graph.node("MatMul", [graph.node("Gather", [x, self._spikes], axis=-1), matrix])]
            codes[:, columns] = 0
            x = graph.node("Mul", [x, self._others])
        if after == "gelu":
            largest = graph.node("Max", [graph.node("ReduceMax", [x], axes=[-1], keepdims=1), self._enough])
        else:
            largest = graph.node("ReduceMax", [graph.node("Abs", [x])], axes=[-1], keepdims=1)
        inputs = [
            self._quantised(x, largest, after, width=codes.shape[1]),
            constant(f"{names[0]}.weight", np.ascontiguousarray(codes.T)),
            self._step[after],
            constant(f"{names[0]}.scale", scales),
            self._nought[after],
            constant(f"{names[0]}.zero", np.zeros(len(scales), np.int8)),
        ]
        # As if each token's step were the same: its own comes in by what its largest is.
        product = graph.node("Mul", [graph.node("MatMulIntegerToFloat", inputs, domain=MICROSOFT), largest])
        bias = constant(f"{names[0]}.bias", np.concatenate([self.state[f"{name}.bias"] for name in names]))
        return graph.node("Sum", [product, *apart, bias])

    def _quantised(self, x: str, largest: str, after: After, width: int) -> str:
        """Codes of a tensor whose last dimension is ``width``, each row with the step that its largest number asks for."""
        graph = self.graph
        # The operator takes several steps along one dimension only.
        rows = graph.node("Reshape", [x, graph.constant(f"{x}.rows", np.array([-1, width]))])
        steps = graph.node("Mul", [graph.node("Reshape", [largest, self._flat]), self._step[after]])
        noughts = graph.node("Expand", [self._nought[after], graph.node("Shape", [steps])])
        codes = graph.node("QuantizeLinear", [rows, steps, noughts], axis=0)
        return graph.node("Reshape", [codes, graph.node("Shape", [x])])

    def _codes(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """A matrix as int8 (outputs, inputs) and float32 scales (outputs,)."""
        weight = self.state[f"{name}.weight"]
        if weight.dtype != np.int8:
            scales = np.abs(weight).max(1).clip(1e-12) / np.float32(63 if self._narrow else 127)
            return np.rint(weight / scales[:, None]).astype(np.int8), scales
        codes, scales = weight.copy(), self.state[f"{name}.weight.scale"]
        return (np.rint(codes / 2).astype(np.int8), scales * np.float32(2)) if self._narrow else (codes, scales)
