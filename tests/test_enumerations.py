"""What is counted off is quoted whole, where a question asks for all of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import builder, enumerations, pipeline, sentences
from rag.glossary import open_glossary
from rag.question import Question, analyse


def _asked(text: str) -> Question:
    return analyse(text, open_glossary(Path()), frozenset())


def _whole(question: str, text: str, number: int) -> str | None:
    """The enumeration around the text's sentence of that number."""
    found = enumerations.around(_asked(question), text, (0, len(text)), sentences.split(text)[number])
    return text[slice(*found)] if found else None


COUNTED = [
    ("為什麼毛利率上升?", "收入增加。原因有三個。第一,零件便宜。第二,工廠滿載。第三,匯率有利。接下來談現金。", "原因有三個。第一,零件便宜。第二,工廠滿載。第三,匯率有利。"),
    ("為什麼訂單增加?", "天氣很好。訂單年增三成,有三個原因。首先是客戶換機;其次是新廠開工;最後是交期縮短。謝謝各位的支持。", "訂單年增三成,有三個原因。首先是客戶換機;其次是新廠開工;最後是交期縮短。"),
    ("有哪些風險?", "我們看到三大風險:\n- 鋼材的關稅\n- 歐洲復甦較慢\n- 薪資上漲。這一項最大。\n現金充裕。", "我們看到三大風險:\n- 鋼材的關稅\n- 歐洲復甦較慢\n- 薪資上漲。這一項最大。"),
    ("Why did margins rise?", "We had a good year. There were two reasons. First, parts got cheaper. That took a while. Second, plants ran full. Cash was fine.", "There were two reasons. First, parts got cheaper. That took a while. Second, plants ran full."),
    ("List the goals.", "We set goals:\n1. Hire engineers.\n2. Open a plant.\n3. Cut waste.\nThat is all for now.", "We set goals:\n1. Hire engineers.\n2. Open a plant.\n3. Cut waste."),
]  # fmt: skip


@pytest.mark.parametrize(("question", "text", "whole"), COUNTED)
def test_from_any_of_its_sentences_an_enumeration_is_found_whole(question: str, text: str, whole: str) -> None:
    begin = text.index(whole)
    within = [n for n, (start, end) in enumerate(sentences.split(text)) if begin <= start and end <= begin + len(whole)]
    assert len(within) > 2
    for number in within:
        assert _whole(question, text, number) == whole


@pytest.mark.parametrize("last", ["基於以上這些原因,我們看好前景。", "For these reasons we are confident."])
def test_a_conclusion_brings_what_it_rests_on(last: str) -> None:
    text = f"天氣很好。首先是客戶換機。其次是新廠開工。{last}"
    assert _whole("看好的原因有哪些?", text, 3) == text.removeprefix("天氣很好。")


def test_what_is_explained_comes_with_the_reasons() -> None:
    text = "天氣很好。訂單年增三成。首先是客戶換機。其次是新廠開工。"
    assert _whole("訂單為什麼增加?", text, 1) == text.removeprefix("天氣很好。")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        pytest.param("第一項是多少?", "有兩項。第一,三十億元。第二,四十億元。", id="one figure is asked for"),
        pytest.param("為什麼?", "第一季收入增加。第二季收入減少。第三季持平。", id="quarters"),
        pytest.param("Why?", "First quarter sales rose. Second quarter sales fell. Third quarter sales held.", id="their names"),
        pytest.param("為什麼?", "最後,謝謝各位。其次我們很高興。", id="no first item"),
        pytest.param("誰開新廠?", "公司今年很忙。首先是新廠開工。其次是客戶換機。", id="an item answers by itself"),
    ],
)  # fmt: skip
def test_what_is_no_enumeration_or_not_asked_for_stays_a_sentence(question: str, text: str) -> None:
    assert [_whole(question, text, number) for number in range(len(sentences.split(text)))] == [None] * len(
        sentences.split(text)
    )


_PIECES = st.sampled_from(["首先是甲。", "其次是乙。", "第一,丙丙丙。", "第二,丁丁丁。", "- 戊戊戊戊\n", "First, one. ", "原因有兩個。", "好。", "二是己己己;", "\n"])  # fmt: skip


@given(st.lists(_PIECES, max_size=12).map("".join), st.data())
def test_an_enumeration_holds_its_sentence_and_stays_in_its_region(text: str, data: st.DataObject) -> None:
    region = data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted).map(tuple))
    for sentence in sentences.split(text, *region):
        if (found := enumerations.around(_asked("為什麼?"), text, region, sentence)) is not None:
            assert region[0] <= found[0] <= sentence[0] and sentence[1] <= found[1] <= region[1]


def test_an_answer_quotes_all_that_is_counted_off(tmp_path: Path) -> None:
    (tmp_path / "call.txt").write_text(
        "北嶺機器 2025年第三季業績會\n\n執行長沈某:第三季毛利率上升,原因有三個。第一,高階機型的比重提高。第二,零件成本下降。"
        "第三,工廠的利用率回升。接下來談現金流,本季自由現金流為12億元。\n",
        encoding="utf-8",
    )
    builder.build(tmp_path / "index", [tmp_path / "call.txt"])
    answer = pipeline.ask(pipeline.open_index(tmp_path / "index"), "毛利率為什麼上升?")
    (citation,) = answer.citations
    assert (
        citation.quote
        == "第三季毛利率上升,原因有三個。第一,高階機型的比重提高。第二,零件成本下降。第三,工廠的利用率回升。"
    )
