"""Writes ONNX models: just enough of the format for the network of `rag.cross_encoder`.

An ONNX file is one protocol buffer. The few kinds of message that a graph of matrices needs are written here by hand,
which spares the onnx package and its compiler of protocol definitions. Field numbers are those of ``onnx.proto``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: The contrib operators, which ONNX Runtime always has.
MICROSOFT = "com.microsoft"
_OPSETS = {"": 17, MICROSOFT: 1}
_IR_VERSION = 8
_TYPES = {np.dtype(np.float32): 1, np.dtype(np.uint8): 2, np.dtype(np.int8): 3, np.dtype(np.int64): 7}
_FLOAT, _INT, _INTS = 1, 2, 7


class Graph:
    """A graph in the making. Tensors go by their names; `node` gives each result a new one."""

    def __init__(self) -> None:
        self._body = bytearray()
        self._count = 0

    def input(self, name: str, shape: Sequence[str | int]) -> str:
        """A float32 input; a dimension of variable size is named."""
        self._body += _field(11, _value(name, shape))
        return name

    def output(self, name: str, shape: Sequence[str | int]) -> None:
        """What `run` gives: a float32 tensor."""
        self._body += _field(12, _value(name, shape))

    def constant(self, name: str, array: np.ndarray) -> str:
        """A weight."""
        tensor = b"".join(_field(1, size) for size in array.shape) + _field(2, _TYPES[array.dtype])
        self._body += _field(5, tensor + _field(8, name) + _field(9, array.tobytes()))
        return name

    def node(
        self,
        operator: str,
        inputs: Sequence[str],
        *,
        domain: str = "",
        name: str | None = None,
        **attributes: int | float | list[int],
    ) -> str:
        """An operator's first result. An input that is left out is an empty name."""
        self._count += 1
        name = name or f"{operator}.{self._count}"
        node = b"".join(_field(1, given) for given in inputs) + _field(2, name) + _field(3, name) + _field(4, operator)
        for key, value in sorted(attributes.items()):
            node += _field(5, _attribute(key, value))
        self._body += _field(1, node + _field(7, domain))
        return name

    def serialise(self) -> bytes:
        """The bytes of an .onnx file."""
        opsets = b"".join(_field(8, _field(1, domain) + _field(2, number)) for domain, number in _OPSETS.items())
        return _field(1, _IR_VERSION) + _field(7, bytes(self._body) + _field(2, "graph")) + opsets


def _attribute(name: str, value: int | float | list[int]) -> bytes:
    written = _field(1, name)
    if isinstance(value, list):
        return written + b"".join(_field(8, item) for item in value) + _field(20, _INTS)
    if isinstance(value, float):
        return written + b"\x15" + np.float32(value).tobytes() + _field(20, _FLOAT)
    return written + _field(3, value) + _field(20, _INT)


def _value(name: str, shape: Sequence[str | int]) -> bytes:
    dimensions = b"".join(_field(1, _field(1 if isinstance(size, int) else 2, size)) for size in shape)
    tensor = _field(1, _TYPES[np.dtype(np.float32)]) + _field(2, dimensions)
    return _field(1, name) + _field(2, _field(1, tensor))


def _field(number: int, value: int | str | bytes) -> bytes:
    """A field of a message: whole numbers as varints, everything else by its length."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    content = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
