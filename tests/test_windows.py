"""A long passage is read in parts and judged as a whole."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import windows
from rag.cross_encoder import CrossEncoder, Pair
from rag.judged import Judged
from rag.text import weight

SENTENCES = (
    "收入上升。",
    "成本下降了三個百分點,主要因為原料便宜。",
    "Margins rose. ",
    "What about next year? ",
    "Sales fell by a tenth in the north. ",
)


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=60).map("".join))
def test_the_parts_hold_every_word_in_order_and_are_short(passage: str) -> None:
    parts = windows.cut(passage)
    assert "".join(re.sub(r"\s", "", passage[a:b]) for a, b in parts) == re.sub(r"\s", "", passage)
    assert all(weight(passage[a:b]) <= windows.LONGEST for a, b in parts)


@given(st.text(max_size=300))
def test_any_text_has_parts_within_it(passage: str) -> None:
    parts = windows.cut(passage)
    assert parts and all(0 <= a <= b <= len(passage) for a, b in parts)
    assert all(before[1] <= after[0] for before, after in zip(parts, parts[1:], strict=False))


def _part(answers: float, starts: list[float]) -> Judged:
    at = np.arange(len(starts))
    logits = np.array(starts, np.float32)
    return Judged(answers - 1, answers, logits, logits, np.stack([at, at + 1], 1))


@given(
    st.lists(st.tuples(st.floats(-9, 9), st.lists(st.floats(-9, 9), min_size=1, max_size=5)), min_size=1, max_size=5)
)
def test_a_whole_is_its_best_part_and_its_answer_stands_somewhere(given_parts: list[tuple[float, list[float]]]) -> None:
    read = [_part(answers, starts) for answers, starts in given_parts]
    cuts = [(10 * number, 10 * number + len(starts)) for number, (_, starts) in enumerate(given_parts)]
    whole = windows.joined(cuts, read)
    assert whole.answers == max(answers for answers, _ in given_parts)
    assert whole.relevance == pytest.approx(whole.answers - 1)
    odds = [math.exp(answers) for answers, _ in given_parts]
    for (start, end), share in zip(cuts, odds, strict=True):
        assert whole.share(start, end) == pytest.approx(share / sum(odds), abs=1e-5)


def test_an_answer_in_a_long_passage_is_found_where_it_stands() -> None:
    before = "Our people in the stores worked hard through a long winter, and I thank every one of them for that. " * 5
    words = "Capital expenditure was 191 million dollars, most of it for servers. "
    passage = before + words + "We look forward to seeing you at the conference in the spring. " * 5
    (found,) = CrossEncoder().judge([Pair("How much was capital expenditure?", passage)])
    assert len(windows.cut(passage)) > 1 and found.share(len(before), len(before) + len(words)) > 0.8
    start, end, _ = found.answer() or (0, 0, 0.0)
    assert "191 million" in passage[start:end]
