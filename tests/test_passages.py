"""How a transcript is cut: nothing lost, nothing twice, nothing across a speaker."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import sentences
from rag.passages import LONGEST, SHORTEST, SPEAKER_MARK, search_terms, segments, split
from rag.records import Passage, Role, Speaker, Transcript
from rag.transcripts import parse

LABELS = [
    "來自花旗的提問者:",
    "管理層回答:",
    "提問者:",
    "Operator",
    "Jane Doe -- Chief Executive Officer",
    "**Jane Doe:** ",
    "主持人：",
    "Bob Coe -- UBS -- Analyst",
]
LINES = [
    *LABELS,
    "# 業績會紀錄",
    "## Questions and Answers",
    "### 海外市場",
    "---",
    "* * *",
    "  • 五艘大船。",
    "- a short point",
    "",
    "",
    " \t",
    "免責聲明",
    "(持續更新中)",
    "謝謝。",
    "我們今年的資本開支為38億元,主要用於購買新船。下一季會更多!",
    "Revenue was $2.1 billion, up 9% from a year ago. Margins held, because prices did.",
    "\u3000\u3000全形縮排的一段;分號之後。",
    "資料" * 200,
    "一句很長的話,有許多逗號," * 40,
    "word " * 500,
    "x" * 2000,
    "句子。" * 150,
    "\ud83d lone surrogate, e\u0301 and 😀",
]
documents = st.builds(
    lambda lines, end, closed: end.join(lines) + (end if closed else ""),
    st.lists(st.sampled_from(LINES), max_size=25),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
STRUCTURE = re.compile(r"\s*(?:#{1,6}\s.*|[-*_](?:\s?[-*_]){2,}\s*)")


def weight(text: str) -> float:
    wide = sum(c >= "\u2e80" for c in text)
    return wide + (len(text) - wide) / 4


def line_of(text: str, offset: int) -> int:
    """The line number from 1, counted another way."""
    return len(re.findall(r"\r\n|\r|\n", text[:offset])) + 1 - (text[offset - 1 : offset + 1] == "\r\n")


def uncovered(transcript: Transcript, passages: list[Passage]) -> str:
    """The characters that are in no passage, no label and no white space."""
    text = transcript.text
    left = list(text)
    for passage in passages:
        left[passage.span.char_start : passage.span.char_end] = " " * len(passage.text)
    for turn in transcript.turns:
        for at in range(turn.label.char_start, turn.label.char_end):
            left[at] = " " if left[at] not in "\r\n" else left[at]
    return "".join(left)


@settings(max_examples=150, deadline=2000)
@given(documents, st.booleans())
def test_passages_rebuild_the_document(text: str, markdown: bool) -> None:
    transcript = parse(text, markdown=markdown)
    passages = split(transcript, "doc")
    end = 0
    for passage in passages:
        span = passage.span
        assert end <= span.char_start < span.char_end <= len(text)
        end = span.char_end
        assert text[span.char_start : span.char_end] == passage.text == passage.text.strip()
        assert (span.line_start, span.line_end) == (line_of(text, span.char_start), line_of(text, span.char_end - 1))
        if passage.turn is None:
            assert passage.speaker is None
            # Outside turns: in one section, and in nobody's words.
            assert any(
                s.span.char_start <= span.char_start and end <= s.span.char_end and s.kind is passage.section
                for s in transcript.sections
            )
            assert not any(t.span.char_start < end and span.char_start < t.span.char_end for t in transcript.turns)
        else:
            turn = transcript.turns[passage.turn]
            assert turn.span.char_start <= span.char_start and end <= turn.span.char_end
            assert (passage.speaker, passage.exchange, passage.is_question) == (
                turn.speaker,
                turn.exchange,
                turn.is_question,
            )
    left = uncovered(transcript, passages)
    for line in re.split(r"\r\n|\r|\n", left):
        assert not line.strip() or STRUCTURE.fullmatch(line), line
    assert len({passage.id for passage in passages}) == len(passages)


@settings(max_examples=100, deadline=2000)
@given(documents)
def test_no_passage_is_much_too_long(text: str) -> None:
    for passage in split(parse(text), "doc"):
        # A piece may gain its fair share of a sentence, and short neighbours.
        assert weight(passage.text) <= 1.5 * LONGEST + 2 * SHORTEST


def test_long_text_is_cut_at_sentence_ends() -> None:
    said = [f"這是第{number}句話,說的是同一件事情的另一面,聽眾都很清楚。" for number in range(60)]
    passages = split(parse("管理層回答:\n\n" + "".join(said)), "doc")
    assert len(passages) > 3
    assert "".join(p.text for p in passages) == "".join(said)
    assert all(p.text.endswith("。") for p in passages)
    assert all(weight(p.text) <= LONGEST * 1.2 for p in passages)
    # Even pieces: no rest of a sentence or two.
    assert min(weight(p.text) for p in passages) > max(weight(p.text) for p in passages) / 2


def test_english_is_cut_between_words() -> None:
    said = "and then it went on and on without any stop at all " * 80
    passages = split(parse(said.strip()), "doc")
    assert len(passages) > 1
    assert " ".join(p.text for p in passages) == said.strip()


def test_text_without_any_break_is_cut_all_the_same() -> None:
    passages = split(parse("甲" * 5000), "doc")
    assert "".join(p.text for p in passages) == "甲" * 5000
    assert all(len(p.text) <= LONGEST for p in passages)


def test_short_neighbours_are_joined_within_a_turn_only() -> None:
    text = "管理層回答:\n\n好。\n\n沒錯。\n\n對。\n\n來自花旗的提問者:\n\n謝謝。\n\n管理層回答:\n\n不客氣。\n"
    passages = split(parse(text), "doc")
    assert [p.text for p in passages] == ["好。\n\n沒錯。\n\n對。", "謝謝。", "不客氣。"]
    assert [p.turn for p in passages] == [0, 1, 2]


def test_paragraphs_of_some_length_stay_apart() -> None:
    one = "第一段說的是收入,今年的收入比去年同期增長了百分之十二點五,主要來自海外市場。"
    two = "第二段說的是成本,今年的成本比去年同期下降了百分之三點五,主要來自採購價格。"
    assert [p.text for p in split(parse(f"{one}\n\n{two}\n"), "doc")] == [one, two]


def test_markdown_structure_is_left_out_but_a_headline_kept() -> None:
    text = "# 年度業績會\n\n## 管理層發言\n\n管理層回答:\n\n早安,各位股東,各位分析師。\n\n---\n\n### 海外\n\n海外增長快。\n"
    passages = split(parse(text, markdown=True), "doc")
    joined = [p.text for p in passages]
    assert joined[0] == "# 年度業績會"
    assert not any("---" in part or "###" in part or "## " in part for part in joined[1:])


def test_ids_tell_document_place_and_text_apart() -> None:
    text = "同一段話說了兩次,內容完全一樣,一個字也不差,長度也足夠自成一段落。"
    first, second = split(parse(f"{text}\n\n{text}\n"), "a")
    assert first.text == second.text
    (other, _) = split(parse(f"{text}\n\n{text}\n"), "b")
    assert len({first.id, second.id, other.id}) == 3
    assert first == split(parse(f"{text}\n\n{text}\n"), "a")[0]


@pytest.mark.parametrize("text", ["", " ", "\n\n\r\n", "\u3000\t"])
def test_no_text_no_passages(text: str) -> None:
    assert split(parse(text), "doc") == []


@settings(deadline=1000)
@given(
    st.lists(
        st.sampled_from(
            ["好。", "收入增長了百分之十二,利潤也是。", "Yes. ", "It went well for us this year. ", "\n", "3.5 億"]
        ),
        max_size=12,
    )
)
def test_segments_are_the_sentences_grouped(pieces: list[str]) -> None:
    text = "".join(pieces).strip()
    groups = segments(text)
    assert len(groups) != 1
    if groups:
        assert [run for group in groups for run in group] == sentences.split(text)


def test_speakers_are_terms_of_their_own() -> None:
    speaker = Speaker("來自花旗的提問者", Role.ANALYST, "花旗")
    text = "收入如何?"
    (passage,) = split(parse(text), "doc")
    asked = Passage(passage.id, "doc", text, passage.span, passage.section, 0, speaker)
    found = search_terms(asked, None)
    assert f"{SPEAKER_MARK}花旗" in found and "花旗" not in found
    assert "收入" in found
    assert f"{SPEAKER_MARK}花旗" in search_terms(passage, speaker)
    assert not any(term.startswith(SPEAKER_MARK) for term in search_terms(passage, None))
