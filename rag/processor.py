"""What the processor can do, as far as it decides how the model is computed."""

from __future__ import annotations

import platform
from functools import cache
from pathlib import Path


@cache
def flags() -> frozenset[str]:
    """The features that Linux lists; none where it cannot be asked."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return frozenset()
    return frozenset(next((line.split(":", 1)[1] for line in lines if line.startswith("flags")), "").split())


def adds_bytes_safely() -> bool:
    """Whether sums of 8-bit products do not overflow: x86 needs instructions (VNNI) for that."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return True
    return any("vnni" in flag for flag in flags())
