"""The real transcript that the project was made for, where it is at hand; it is not part of the repository."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import pytest

from rag import builder, pipeline
from rag.records import Role


@pytest.fixture(scope="module")
def opened(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> pipeline.OpenIndex:
    index = tmp_path_factory.mktemp("real") / "index"
    (index / "transcripts").mkdir(parents=True)
    shutil.copy(shared / "transcripts" / "tencent-2025q2.txt", index / "transcripts")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        builder.build(index, [])
    return pipeline.open_index(index)


@pytest.fixture(scope="module")
def questions(shared: Path) -> list[dict[str, Any]]:
    lines = (shared / "eval" / "tencent-2025q2.dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_every_question_is_answered_in_true_quotes_or_not_at_all(
    opened: pipeline.OpenIndex, questions: list[dict[str, Any]]
) -> None:
    text = opened.store.document(0).transcript.text
    for question in questions:
        for least in (None, 0.0):
            answer = pipeline.ask(opened, question["question"], **({} if least is None else {"min_confidence": least}))
            assert answer.answered == bool(answer.citations) == bool(answer.text)
            assert 0 <= answer.confidence <= 1
            for citation in (*answer.citations, *answer.nearest):
                span = citation.span
                assert text[span.char_start : span.char_end] == citation.quote
                assert text.count("\n", 0, span.char_start) + 1 == span.line_start
                if citation.highlight:
                    assert span.char_start <= citation.highlight[0] < citation.highlight[1] <= span.char_end


def test_most_answers_cite_a_line_that_answers(opened: pipeline.OpenIndex, questions: list[dict[str, Any]]) -> None:
    answerable = [question for question in questions if question["lines"]]
    hit = 0
    for question in answerable:
        answer = pipeline.ask(opened, question["question"], min_confidence=0.0)
        hit += any(
            set(range(c.span.line_start, c.span.line_end + 1)) & set(question["lines"]) for c in answer.citations
        )
    assert hit >= 30


def test_who_speaks(opened: pipeline.OpenIndex) -> None:
    turns = opened.store.document(0).transcript.turns
    asked = {turn.speaker.organisation for turn in turns if turn.speaker.role is Role.ANALYST}
    assert {"花旗", "摩根大通", "傑弗瑞"} <= asked
    for turn in turns:
        assert turn.speaker.role in (Role.ANALYST, Role.MANAGEMENT)
        assert turn.is_question == (turn.speaker.role is Role.ANALYST)
