"""What a figure is said of, and where passages give different figures for one thing."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from rag import builder, claims, disagreement, figures, pipeline
from rag.glossary import open_glossary
from rag.question import Question, analyse
from rag.text import fold


def question(text: str) -> Question:
    return analyse(text, open_glossary(), frozenset())


def fits(asked: str, sentence: str, *, same_language: bool = True) -> dict[str, float]:
    """Each figure of the sentence as written, folded, with how well it fits."""
    analysed = question(asked)
    folded = fold(sentence)
    metric = claims.metric_of(analysed, same_language=same_language)
    return {folded[c.figure.start : c.figure.end].strip(): c.fit for c in claims.find(analysed, folded, metric)}


@pytest.mark.parametrize(
    ("asked", "better", "worse"),
    [
        ("毛利潤是多少億?", "毛利潤 88 億元", "雲業務毛利潤 31 億元"),
        ("營銷服務收入是多少?", "在營銷服務方面,本季度收入為 36 億元", "營銷服務同比增長 8% 至 21 億元"),
        ("經營利潤是多少?", "經營溢利 60 億元", "非國際準則下,經營溢利 69 億元"),
        ("资本开支多少?", "總資本開支 19 億元", "非經營性資本開支 1 億元"),
        ("毛利率是多少?", "毛利率為 57%", "收入增長 57%"),
        (
            "How much was operating profit?",
            "Operating profit was RMB 6.0 billion",
            "Interest income was RMB 6.0 billion",
        ),
        ("How much were sales?", "Third quarter revenues were $1.5 billion", "Rental revenues were $0.4 billion"),
        ("What was opex?", "Operating expenses came to $90 million", "Marketing expenses came to $20 million"),
    ],
)
def test_the_figure_of_that_metric_fits_better(asked: str, better: str, worse: str) -> None:
    assert max(fits(asked, better).values()) > max(fits(asked, worse).values())


def test_across_languages_the_glossary_tells_the_metric() -> None:
    found = fits("How much was capex?", "資本開支 19 億元,自由現金流 43 億元", same_language=False)
    assert found["19 亿元"] > found["43 亿元"]


def test_what_another_figure_is_said_of_is_not_taken_along() -> None:
    found = fits("收入多少億?", "收入 88 億元,淨利潤 12 億元")
    assert found["88 亿元"] == 1 and found["12 亿元"] < 0.5


def test_a_product_is_part_of_the_metric_and_the_company_that_reports_is_not() -> None:
    asked = question("騰訊雲收入是多少?")
    whole = claims.metric_of(asked, same_language=True)
    assert [c.fit for c in claims.find(asked, fold("總收入為 88 億元"), whole)] < [1.0]
    asked = question("騰訊收入是多少?")
    whose = claims.metric_of(asked, frozenset({"腾讯", "tencent"}), same_language=True)
    assert [c.fit for c in claims.find(asked, fold("總收入為 88 億元"), whose)] == [1.0]


def test_years_and_days_are_no_figures() -> None:
    assert list(fits("收入多少?", "2025 年 8 月 13 日,收入 88 億元")) == ["88 亿元"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("184.5 億", "185 億", True),
        ("184.4 億", "185 億", False),
        ("1845 億", "1850 億", False),
        ("53.1%", "53%", True),
        ("53.1%", "63.9%", False),
        ("11.1 萬", "111,000", True),
    ],
)
def test_rounding_is_no_conflict(one: str, other: str, same: bool) -> None:
    (a,), (b,) = figures.find(fold(one)), figures.find(fold(other))
    assert disagreement.is_rounding(a, b) is same
    assert disagreement.is_rounding(b, a) is same


def test_a_rough_figure_is_rounded_to_its_zeros() -> None:
    (a,), (b,) = figures.find(fold("1845 億")), figures.find(fold("1800 億"))
    assert not disagreement.is_rounding(a, b)
    assert disagreement.is_rounding(a, b, about=True)
    assert a.value == Decimal(184500000000)


CALL = """某公司第三季度業績電話會

管理層發言:

第三季度總收入為 {one} 億元,同比增長 15%。毛利潤為 88 億元。

雲業務收入 31 億元,同比增長 9%。去年同期的總收入為 160 億元。

分業務看,我們還要談談人員。截至季末員工人數為 4,100 人。

財務方面,公司總收入 {other} 億元,同比增長 15%,主要來自遊戲。
"""


def build(folder: Path, one: str, other: str) -> pipeline.OpenIndex:
    (folder / "transcripts").mkdir()
    (folder / "transcripts" / "call.txt").write_text(CALL.format(one=one, other=other), encoding="utf-8")
    builder.build(folder, [])
    return pipeline.open_index(folder)


def test_both_figures_are_quoted_where_the_call_contradicts_itself(tmp_path: Path) -> None:
    index = build(tmp_path, "185.0", "184.2")
    found = pipeline.ask(index, "第三季度總收入是多少億元?", min_confidence=0)
    assert found.disagreement is not None
    assert {figure.split()[0] for figure in found.disagreement} == {"185.0", "184.2"}
    assert all(figure in citation.quote for figure, citation in zip(found.disagreement, found.citations, strict=False))
    assert "the sources differ" in found.text
    # Another metric, another period and the growth rate are no contradictions.
    assert pipeline.ask(index, "雲業務收入是多少億元?", min_confidence=0).disagreement is None
    assert pipeline.ask(index, "毛利潤是多少億元?", min_confidence=0).disagreement is None


def test_a_rounded_figure_is_not_called_a_contradiction(tmp_path: Path) -> None:
    index = build(tmp_path, "185", "184.6")
    found = pipeline.ask(index, "第三季度總收入是多少億元?", min_confidence=0)
    assert found.answered and found.disagreement is None
