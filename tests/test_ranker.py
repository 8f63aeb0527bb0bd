"""The second look at the first stage's best: what it leaves out changes no answer, and repeats step back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import pipeline, ranker, reader, repeats
from rag.text import fold

from .conftest import REPOSITORY


@pytest.fixture(scope="module")
def opened(sample_index: Path) -> pipeline.OpenIndex:
    return pipeline.open_index(sample_index)


def test_passages_far_behind_are_not_read_and_nothing_is_lost(opened: pipeline.OpenIndex) -> None:
    lines = (REPOSITORY / "index" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    read = {True: 0, False: 0}
    for line in lines:
        found = {}
        for all_of_them in (True, False):
            question, ranked = pipeline.ranked(opened, json.loads(line)["question"], count=all_of_them * ranker.DEPTH)
            assert len(ranked) == ranker.DEPTH
            read[all_of_them] += sum(bool(entry.sentences) for entry in ranked)
            entry, sentence = reader.best(question, ranked)
            found[all_of_them] = ranked[0].row, entry.row, sentence.start
        assert found[True] == found[False]
    assert read[True] == len(lines) * ranker.DEPTH > read[False]


SAID = [fold(text) for text in ("第三季的運費收入增長百分之十二。", "明年添置八艘新船。", "燃油成本佔百分之二十三。")]


@given(st.permutations(SAID), st.integers(0, 2))
def test_a_repeat_steps_behind_what_differs(texts: list[str], repeated: int) -> None:
    again = fold("管理層表示,") + texts[repeated]
    found = repeats.last([texts[repeated], again, *texts])
    assert found[0] == 0 and sorted(found) == list(range(5))
    assert set(found[:3]) == {0} | {2 + n for n in range(3) if n != repeated}
