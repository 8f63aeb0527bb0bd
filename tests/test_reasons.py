"""Reasons: a cause in a sentence answers a question about what it is the cause of."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import builder, pipeline, reasons
from rag.text import fold

CALL = """瑞澤控股 2025 年第一季業績會

管理層:

雲業務毛利率為 41%,同比增長 3 個百分點,源於高毛利的雲服務收入佔比提升。

雲服務收入同比增長 12%,主要得益於新簽約的醫院客户,以及教育客户的續約和海外數據中心的啟用。
"""


@pytest.mark.parametrize(
    ("text", "gives", "effects"),
    [
        ("收入增長 7%,主要得益於新品", True, ["收入增长 7%", "主要"]),
        ("利潤上升源於成本下降", True, ["利润上升"]),
        ("在新品帶動下,收入增長", True, ["在新品带动下", "收入增长"]),
        ("Costs fell because prices did", True, ["costs fell "]),
        ("因此,收入增長", True, ["因此", "收入增长"]),
        ("收入增長 7%", False, ["收入增长 7%"]),
    ],
)
def test_causes_and_what_they_cause(text: str, gives: bool, effects: list[str]) -> None:
    assert reasons.gives_one(fold(text)) is gives
    assert [part for part in reasons.effects(fold(text)) if part] == effects


@pytest.mark.parametrize(
    "question", ["雲服務收入為什麼增長?", "云服务收入增长的原因是什么?", "Why did cloud services revenue grow?"]
)
def test_the_reason_is_that_of_what_is_asked_about(question: str, tmp_path: Path) -> None:
    (tmp_path / "transcripts").mkdir()
    (tmp_path / "transcripts" / "call.txt").write_text(CALL, encoding="utf-8")
    builder.build(tmp_path, [])
    found = pipeline.ask(pipeline.open_index(tmp_path), question, min_confidence=0)
    assert "醫院客户" in found.citations[0].quote
