"""Which passages say what another says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

#: Share of a passage's character pairs that another must have to count as saying the same.
_SHARED = 0.6
#: Passages whose pairs are kept, for the next question of the same process.
_KEPT = 1024
_LETTERS = re.compile(r"[^\W_]+")


def last(texts: Sequence[str]) -> list[int]:
    """The order of some folded texts in which one that says what an earlier one says comes behind those that do not."""
    kept: list[int] = []
    repeats: list[int] = []
    seen: list[frozenset[int] | frozenset[str]] = []
    everything: set[int | str] = set()
    for number, text in enumerate(texts):
        pairs = _pairs(text)
        # First against all together: few passages share much with any.
        is_near = len(pairs & everything) > _SHARED * min(len(pairs), *map(len, seen)) if seen else False
        if is_near and any(len(pairs & other) > _SHARED * min(len(pairs), len(other)) for other in seen):
            repeats.append(number)
        else:
            kept.append(number)
            seen.append(pairs)
            everything |= pairs
    return kept + repeats


@lru_cache(maxsize=_KEPT)
def _pairs(folded: str) -> frozenset[int] | frozenset[str]:
    """A folded text's neighbouring characters, or its words where it has no others than ASCII."""
    if folded.isascii():
        return frozenset(folded.split())
    units = "".join(_LETTERS.findall(folded)).encode("utf-16-le", "surrogatepass")
    # Two units are a number; those that begin at an even one, then the others.
    even = np.frombuffer(units, "<u4", len(units) // 4)
    odd = np.frombuffer(units, "<u4", max(0, len(units) - 2) // 4, min(2, len(units)))
    return frozenset(even.tolist() + odd.tolist())
