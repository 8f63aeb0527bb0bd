"""What of a question an index knows, and that what is asked of another company is not answered from this one."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import builder, periods, pipeline, second_stage
from rag.familiarity import Familiarity, familiarity
from rag.question import analyse
from rag.text import fold

CALL = """瑞澤控股 2025 年第一季業績會

管理層:

雲服務收入為 12 億元,同比增長 9%。資本開支為 3 億元。

來自花旗的提問者:

雲服務收入下半年會更快嗎?
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> pipeline.OpenIndex:
    folder = tmp_path_factory.mktemp("calls")
    (folder / "transcripts").mkdir()
    (folder / "transcripts" / "xiaomi-2025q1.txt").write_text(CALL, encoding="utf-8")
    builder.build(folder, [])
    return pipeline.open_index(folder)


def known(index: pipeline.OpenIndex, question: str) -> Familiarity:
    return familiarity(analyse(question, index.glossary, index.lexical.vocabulary), index.lexical, index.store)


@pytest.mark.parametrize(
    ("question", "absent"),
    [
        ("阿里巴巴的雲服務收入是多少?", True),
        ("What is Alibaba's cloud revenue?", True),
        ("雲服務收入是多少?", False),
        ("How much did Ruize spend?", False),  # no name that the glossary knows
        ("花旗的分析師問了什麼?", False),  # said nowhere, but who asked is of it
        ("What did Citigroup ask?", False),
        ("What is Xiaomi's cloud revenue?", False),  # the document is named after it
        ("小米的雲服務收入是多少?", False),
        ("這筆投入會擴大和改善服務嗎?", False),  # no name across two words
    ],
)
def test_a_name_that_stands_nowhere(index: pipeline.OpenIndex, question: str, absent: bool) -> None:
    assert known(index, question).absent_name is absent


def test_a_term_stands_in_any_of_its_forms(index: pipeline.OpenIndex) -> None:
    assert not known(index, "capex 是多少?").absent_term
    assert not known(index, "资本支出是多少?").absent_term
    assert known(index, "股息是多少?").absent_term


def test_the_words_that_stand_in_the_index_are_weighed(index: pipeline.OpenIndex) -> None:
    assert known(index, "雲服務收入").known == 1
    assert known(index, "火星探測車").known == 0


@pytest.mark.parametrize(
    ("mine", "another"),
    [
        ("雲服務收入是多少?", "百度的雲服務收入是多少?"),
        ("How much was cloud revenue?", "How much was Baidu's cloud revenue?"),
    ],
)
def test_another_companys_figure_is_not_answered_from_this_one(
    index: pipeline.OpenIndex, mine: str, another: str
) -> None:
    assert "12 億元" in pipeline.ask(index, mine).text
    answer = pipeline.ask(index, another)
    assert not answer.answered and not answer.citations and answer.nearest


@pytest.mark.parametrize("quarter", ["第四季度", "第四季", "Q4", "4Q"])
def test_another_quarters_figure_is_not_answered_from_this_one(sample_index: Path, quarter: str) -> None:
    index = pipeline.open_index(sample_index)
    assert "191 億元" in pipeline.ask(index, "第二季度的資本開支是多少?").text
    assert not pipeline.ask(index, f"{quarter}的資本開支是多少?").answered


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("騰訊第二季度的資本開支是多少?", True),
        ("下半年的資本開支是多少?", False),
        ("明年的資本開支是多少?", False),
    ],
)
def test_a_figure_of_the_very_metric_answers_for_its_own_period(
    sample_index: Path, question: str, answered: bool
) -> None:
    index = pipeline.open_index(sample_index)
    answer = pipeline.ask(index, question, reranker=second_stage.trained_reader())
    assert answer.answered is answered
    assert not answered or "191 億元" in answer.citations[0].quote


@pytest.mark.parametrize(
    ("question", "passage", "lacking"),
    [
        ("明年的收入是多少?", "收入 5 億元。", True),
        ("明年的收入是多少?", "我們預計明年收入 5 億元。", False),
        ("How much revenue next year?", "預計明年收入 5 億元。", False),
        ("收入比去年增長多少?", "收入同比增長 5%。", False),
        ("下半年收入是多少?", "上半年收入 5 億元。", True),
        ("What was revenue last quarter?", "收入環比持平。", False),
        ("第二季收入是多少?", "收入 5 億元。", False),
        ("下季收入是多少?", "第四季收入約 5 億元。", False),
        ("下季收入是多少?", "收入 5 億元。", True),
        ("What was revenue last year?", "Revenue was $5 million, and $4 million in 2024.", False),
        ("How much is capex for the full year?", "We still plan 5 million for the year.", False),
        ("全年資本開支多少?", "預計資本開支約 5 億元。", False),
        ("全年資本開支多少?", "本季資本開支 5 億元。", True),
        ("Margin in the second half?", "Margin will dip in the back half, to 5%.", False),
        ("去年毛利率幾多?", "毛利率 40%,一年前 38%。", False),
        # By how much is no period, nor is against when.
        ("客流比去年多了多少?", "客流漲了 3%。", False),
        ("Sales vs the prior quarter?", "Sales rose 4%.", False),
        ("收入環比升幾多?", "收入升 5%。", False),
        ("How much did revenue grow year over year?", "Revenue rose 5% from a year ago.", False),
    ],
)
def test_a_period_told_from_where_the_speaker_stands_must_be_spoken_of(
    question: str, passage: str, lacking: bool
) -> None:
    assert periods.lacks(fold(question), fold(passage)) is lacking


def test_the_figure_of_a_metric_that_is_nowhere_spoken_of_is_refused(tmp_path: Path) -> None:
    (tmp_path / "transcripts").mkdir()
    (tmp_path / "transcripts" / "call.txt").write_text(CALL, encoding="utf-8")
    builder.build(tmp_path, [])
    index = pipeline.open_index(tmp_path)
    assert not pipeline.ask(index, "What was the effective tax rate?").answered
    assert not pipeline.ask(index, "What is the dividend per share?").answered
    assert pipeline.ask(index, "How much was capex?").answered
