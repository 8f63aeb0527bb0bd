"""How a passage answers a question, as a second stage sees it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Tokens of an answer that is a part of a sentence.
LONGEST_ANSWER = 40


@dataclass(frozen=True, slots=True)
class Judged:
    """How a passage answers: ``relevance`` and ``answers`` are logits, the first to order the passages of a question by,
    the second to tell whether the passage answers at all (None where that is not known). ``starts`` and ``ends``, float32 (tokens,), are logits of the
    answer's first and last token; ``places`` are the tokens' code points in the passage, int (tokens, 2), half open."""

    relevance: float
    answers: float | None
    starts: np.ndarray
    ends: np.ndarray
    places: np.ndarray

    def share(self, start: int, end: int) -> float:
        """How likely the answer stands in the passage's ``[start, end)``, if it stands in the passage: 0 to 1."""
        inside = (self.places[:, 0] >= start) & (self.places[:, 0] < end)
        return float((softmax(self.starts)[inside].sum() + softmax(self.ends)[inside].sum()) / 2)

    def answer(self) -> tuple[int, int, float] | None:
        """The likeliest answer of at most ``LONGEST_ANSWER`` tokens, ``[start, end)`` in the passage, with the product of its
        ends' probabilities; None without tokens. Devlin et al. (2019), "BERT", section 4.2."""
        starts, ends = softmax(self.starts), softmax(self.ends)
        best, place = 0.0, None
        for more in range(min(LONGEST_ANSWER, len(starts))):
            products = starts[: len(starts) - more] * ends[more:]
            first = int(products.argmax())
            if products[first] > best:
                best, place = float(products[first]), (first, first + more)
        return None if place is None else (int(self.places[place[0], 0]), int(self.places[place[1], 1]), best)


def softmax(logits: np.ndarray) -> np.ndarray:
    if not len(logits):
        return logits
    powers = np.exp(logits - logits.max())
    shares: np.ndarray = powers / powers.sum()
    return shares


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """The logarithms of `softmax`, also of shares too small for it, float32."""
    if not len(logits):
        return logits
    shifted = logits - logits.max()
    shares: np.ndarray = (shifted - np.log(np.exp(shifted).sum())).astype(np.float32)
    return shares
