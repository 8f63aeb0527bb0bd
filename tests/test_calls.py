"""The calls that the reader is trained, tuned and measured on: their questions fit their texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import question_sets

CALLS = Path(__file__).parents[1] / "scripts" / "calls"
QUESTIONS = sorted(CALLS.glob("*/*.jsonl"))


def test_there_are_calls_of_each_purpose() -> None:
    assert {path.parent.name for path in QUESTIONS} == {"train", "tune", "dev", "test"}


def test_no_call_has_two_purposes() -> None:
    names = [path.stem for path in QUESTIONS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem)
def test_questions_are_of_both_languages_and_some_are_not_answered(path: Path) -> None:
    questions = question_sets.read(path).questions
    assert len({question.id for question in questions}) == len(questions)
    assert {question.answerable for question in questions} == {True, False}
    assert {question.lang for question in questions} == {"en", "hans", "hant"}


@pytest.mark.parametrize("path", [p for p in QUESTIONS if p.with_suffix(".txt").exists()], ids=lambda path: path.stem)
def test_answers_stand_in_the_lines_that_are_gold(path: Path) -> None:
    lines = path.with_suffix(".txt").read_text(encoding="utf-8").split("\n")
    for question in question_sets.read(path).questions:
        gold = [lines[number - 1] for number in sorted(question.lines)]
        assert question.answerable is bool(gold) is bool(question.answers), question.id
        assert all(any(answer in line for line in gold) for answer in question.answers), question.id
