"""Questions in the words of Hong Kong, Taipei and Beijing are understood as those in written Chinese."""

from __future__ import annotations

import pytest

from rag.colloquial import written
from rag.glossary import open_glossary
from rag.question import Question, analyse
from rag.question_kinds import Kind
from rag.text import fold


def read(text: str) -> Question:
    return analyse(text, open_glossary(), frozenset())


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("今季賺咗幾多?", Kind.FIGURE),
        ("毛利率掉幾趴?", Kind.PERCENT),
        ("點解分店少咗?", Kind.WHY),
        ("为啥关店?", Kind.WHY),
        ("新店幾時開?", Kind.WHEN),
        ("邊位分析員問咗派息?", Kind.WHO_ASKED),
        ("邊個問特別息?", Kind.WHO_ASKED),
        ("邊個問題最難?", Kind.OTHER),
    ],
)
def test_what_is_asked_for_is_told(typed: str, kind: Kind) -> None:
    assert read(typed).kind is kind


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("仲有冇現金?", "还有没有现金?"),
        ("搞唔掂點解?", "搞不掂为什么?"),
        ("季內蝕咗幾多", "季内亏损了多少"),
        # Parts of other words.
        ("仲裁的觀點解讀, 網點樣本位於一邊位置, 利潤受侵蝕", "仲裁的观点解读, 网点样本位于一边位置, 利润受侵蚀"),
        ("How much was capex?", "how much was capex?"),
    ],
)
def test_words_that_ask_are_put_in_written_chinese(typed: str, said: str) -> None:
    assert written(fold(typed)) == said


def test_what_was_typed_is_kept_to_be_shown() -> None:
    assert read("點解 EPS 跌?").text == "點解 EPS 跌?"
    assert read("點解 EPS 跌?").asked == "为什么 EPS 跌?"
