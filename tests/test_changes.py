"""By how much something rose or fell: what is asked, and which figure says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import builder, changes, figures, pipeline
from rag.changes import Against
from rag.figures import Unit
from rag.glossary import open_glossary
from rag.question import analyse
from rag.text import fold


@pytest.mark.parametrize(
    ("text", "changed_by"),
    [
        ("租金收入同比增長 6% 至 23 億元", ["6%"]),
        ("租金收入增至 23 億元", []),
        ("毛利率提升 3 個百分點至 41%", ["3 个百分点"]),
        ("毛利率同比上升至 41%", []),
        ("門店增加了約 120 家", ["120"]),
        ("收入方面,41% 來自出口", []),
        ("費用的年增幅為 6%", ["6%"]),
        ("Rent grew 6% to $2.3 billion", ["6%"]),
        ("Rent rose by about $0.2 billion", ["$0.2 billion"]),
        ("We saw 6% year-over-year growth", ["6%"]),
        ("6% of the rent is from abroad", []),
    ],
)
def test_a_change_is_told_from_a_level(text: str, changed_by: list[str]) -> None:
    folded = fold(text)
    found = [f for f in figures.find(folded) if changes.tells(folded, f.start, f.end)]
    assert [folded[f.start : f.end].strip() for f in found] == changed_by


def test_against_when_is_said_before_or_after() -> None:
    assert changes.against("環比來看,", "") is None  # not folded
    assert changes.against("环比来看,租金下降", "") is Against.QUARTER
    assert changes.against("环比来看持平,同比增长", "") is Against.YEAR
    assert changes.against("rent grew", " year over year") is Against.YEAR
    assert changes.against("rent grew", " from the floor up") is None


@pytest.mark.parametrize(
    ("asked", "is_change"),
    [
        ("租金收入增加了多少?", True),
        ("毛利率提升多少?", True),
        ("费用跌了多少", True),
        ("How much did rent grow?", True),
        ("By how much was rent down?", True),
        ("租金收入是多少?", False),
        ("門店增加了多少家?", False),
        ("租金收入增加了多少億?", False),
        ("租金收入是多少?同比增長多少?", False),
        ("How much was rent?", False),
        ("How much did they spend on growing?", False),
    ],
)
def test_a_question_wants_a_change(asked: str, is_change: bool) -> None:
    question = analyse(asked, open_glossary(), frozenset())
    assert question.wants_change is is_change
    assert question.units == (frozenset(Unit) if is_change else {Unit.NUMBER})


CALL = """某公司第三季度業績電話會

管理層發言:

公司總收入 72 億元,門店持續擴張。租金收入同比增長 6%,達到 23 億元。

環比來看,租金收入下降 2%,因為淡季。

租金收入方面,41% 來自出口客户。

諮詢服務板塊,收入為 11 億元,同比增長 30%。本季度總收入同比增長 12%。

倉儲物流與貨運服務板塊,收入為 9 億元,同比增長 8%。倉儲物流服務收入同比低雙位數增長,由新倉庫帶動。
"""


@pytest.mark.parametrize(
    ("asked", "quoted"),
    [
        ("租金收入增加了多少?", "租金收入同比增長 6%,達到 23 億元。"),
        ("How much did rental income increase?", "租金收入同比增長 6%,達到 23 億元。"),
        ("總收入同比增長多少?", "本季度總收入同比增長 12%。"),
        ("总收入是多少?", "公司總收入 72 億元,門店持續擴張。"),
        ("倉儲物流收入增速是多少?", "倉儲物流服務收入同比低雙位數增長,由新倉庫帶動。"),
    ],
)
def test_what_is_quoted_says_by_how_much(tmp_path: Path, asked: str, quoted: str) -> None:
    (tmp_path / "transcripts").mkdir()
    (tmp_path / "transcripts" / "call.txt").write_text(CALL, encoding="utf-8")
    builder.build(tmp_path, [])
    found = pipeline.ask(pipeline.open_index(tmp_path), asked, min_confidence=0)
    assert found.citations[0].quote == quoted
    # Nor does what it did in a quarter, a share, or a segment's growth contradict it.
    assert found.disagreement is None
