"""Rise and fall: a reason or an amount is not taken from a sentence that says the opposite."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import builder, directions, pipeline
from rag.directions import Direction
from rag.text import fold

CALL = """瑞澤控股 2025 年第一季業績會

管理層:

自由現金流為 43 億元,同比增長 7%,源於回款加快。環比來看,自由現金流下降 9%,因春節後的季節性因素。

雲服務收入為 12 億元。資本開支為 3 億元,主要用於機房。
"""


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("收入同比增長 7%", {Direction.UP}),
        ("收入下滑,費用增加", {Direction.UP, Direction.DOWN}),
        ("Costs fell", {Direction.DOWN}),
        ("Upstream fallout in the township", set()),
        ("收入為 12 億元", set()),
    ],
)
def test_ways(text: str, ways: set[Direction]) -> None:
    assert directions.of(fold(text)) == ways


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("自由現金流為什麼下降?", "下降 9%"),
        ("自由現金流為什麼增長?", "增長 7%"),
        ("Why did free cash flow fall?", "下降 9%"),
        ("Why did free cash flow grow?", "增長 7%"),
    ],
)
def test_the_first_quote_goes_the_way_that_is_asked_about(question: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "transcripts").mkdir()
    (tmp_path / "transcripts" / "call.txt").write_text(CALL, encoding="utf-8")
    builder.build(tmp_path, [])
    found = pipeline.ask(pipeline.open_index(tmp_path), question, min_confidence=0)
    assert said in found.citations[0].quote
