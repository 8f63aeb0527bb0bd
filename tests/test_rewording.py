"""A passage is asked in its own words, where the glossary knows that they say the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import builder, pipeline, second_stage
from rag.glossary import open_glossary
from rag.question import analyse
from rag.rewording import reworded, written_out
from rag.text import fold


@pytest.mark.parametrize(
    ("question", "passage", "asked"),
    [
        ("海潮 App 的月活是多少?", "合併月活躍帳戶達到 3 億。", "海潮 App 的月活跃帐户是多少?"),
        ("海潮 App 的月活躍帳戶是多少?", "月活 3 億。", "海潮 App 的月活是多少?"),
        # Its own form, another word, two terms.
        ("月活是多少?", "月活 3 億，月活躍帳戶的定義見附註。", "月活是多少?"),
        ("月活是多少?", "門店增加到 40 家。", "月活是多少?"),
        ("資本支出和員工人數是多少?", "资本开支 12 亿元，员工数量为 300 人。", "资本开支和员工数是多少?"),
        ("What is the MAU?", "monthly active users reached 300 million.", "What is the monthly active users?"),
        ("How did sales  do?", "Revenues rose 4%.", "How did revenue  do?"),
        ("How much were sales?", "Net sales were $4 million.", "How much were net sales?"),
        # Its own form, inflected; a form that is a part of another word.
        ("What was the loss?", "Losses narrowed; the net loss was $4 million.", "What was the loss?"),
        ("What was EPS?", "The steps of the programme are on slide 3.", "What was EPS?"),
    ],
)
def test_terms_are_put_in_the_passages_words(question: str, passage: str, asked: str) -> None:
    assert reworded(analyse(question, open_glossary(), frozenset()), fold(passage)) == asked


# NUL bytes are taken as spaces.
@given(
    st.text().filter(lambda text: text.replace("\0", " ").strip()), st.sampled_from(["", "月活", "资本支出"]), st.text()
)
def test_any_question_is_put_in_words_and_keeps_what_is_no_term(text: str, term: str, passage: str) -> None:
    question = analyse(text + term, open_glossary(), frozenset())
    assert reworded(question, "") == question.asked
    found = reworded(question, fold(passage))
    assert found == question.asked or any(form in found for _, forms in question.synonyms for form in forms)


def test_an_abbreviation_is_read_as_what_it_stands_for(tmp_path: Path) -> None:
    source, folder = tmp_path / "call.txt", tmp_path / "index"
    source.write_text(
        "管理層：\n\n先看通訊業務。海潮及 Haichao 的合併月活躍帳戶按年和按季都有增長，達到 3 億。"
        "音樂和地圖的領先地位更加穩固，遊戲也有新作。\n\n門店數量為 40 家，員工 300 人。\n\n"
        "海潮的支付收入增長 12%，海潮商店的交易額也在增加。\n",
        encoding="utf-8",
    )
    builder.build(folder, [source])
    answer = pipeline.ask(pipeline.open_index(folder), "海潮的月活是多少?", reranker=second_stage.trained_reader())
    assert answer.answered and "3 億" in answer.citations[0].quote


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("How much was capex in Q2?", "How much was capital expenditure in Q2?"),
        ("What was EPS?", "What was earnings per share?"),
        ("sales in H1", "sales in H1"),
        ("月活多少?", "月活多少?"),
    ],
)
def test_abbreviations_are_written_out(question: str, asked: str) -> None:
    assert written_out(analyse(question, open_glossary(), frozenset())) == asked
