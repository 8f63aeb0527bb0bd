"""Where a sentence gives a reason, and what it gives one for, by the words for it in either language."""

from __future__ import annotations

import re

#: What is caused stands before these.
_ORIGIN = (
    r"(?:^|[,，;；])(?:主)?因(?![此而应])|因为|得益|受益|归因|归功|源于|来自于|主要[是因受]|主因|"
    r"because|due to|driven|thanks to|owing|result of|reflect|led by"
)
_CUE = re.compile(rf"{_ORIGIN}|由于|因此|原因|导致|使得|带动|驱动|推动|为了|以便|so that")
_CAUSE = re.compile(_ORIGIN)
_CLAUSES = re.compile(r"[,，;；:：。.!！?？\n]")


def gives_one(folded: str) -> bool:
    """Whether a folded sentence names a cause."""
    return _CUE.search(folded) is not None


def effects(folded: str) -> list[str]:
    """The clauses of a folded sentence, each as far as it may say what is caused."""
    return [_CAUSE.split(clause, maxsplit=1)[0] for clause in _CLAUSES.split(folded)]
