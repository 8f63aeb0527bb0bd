"""Sections, turns and exchanges of whole texts."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.records import Role, SectionKind, Span, Transcript, Turn
from rag.transcripts import SUFFIXES, parse, read

HEADLINE, BYLINE, SUMMARY = SectionKind.HEADLINE, SectionKind.BYLINE, SectionKind.SUMMARY
REMARKS, QA, DISCLAIMER, BODY = SectionKind.REMARKS, SectionKind.QA, SectionKind.DISCLAIMER, SectionKind.BODY

CHINESE = """\
晨星科技:新工廠投產,海外訂單翻倍

財經早報
2024年3月5日 09:00

晨星科技昨日公佈年度業績,並舉行電話會。

以下為記錄:

晨星科技管理層:

各位早安。去年是豐收的一年。

新工廠已在十月投產,主要產品有三種,包括:

  • 燈具(Lamps): 佔一半。
  • 風扇: 佔三成。

來自花旗的提問者:

請問今年的開支計劃?

管理層回答:

大約與去年相同。

提問者:

我想了解海外市場。另外,派息會改變嗎?

管理層回答:

你第一個問題是指歐洲,對嗎?

提問者:

對,歐洲。

管理層回答:

歐洲增長最快。

管理層回答:

派息不變。

持續更新中……

免責聲明

本文只供參考。
"""

FOOL = """\
Foo Bar (FOO) Q3 2024 Earnings Call Transcript
By Some Writer - Oct 30, 2024

Prepared Remarks:

Operator

Welcome to the call.

Jane Doe -- Investor Relations

Thank you. John, please.

John Roe -- Chief Executive Officer

It was a good quarter: orders rose.

Questions and Answers:

Operator

Our first question is from Ann Poe.

Ann Poe -- Example Securities -- Analyst

How are margins?

John Roe -- Chief Executive Officer

Stable.

Ann Poe -- Example Securities -- Analyst

Great, thank you.

Operator

Next is Bob Coe.

Bob Coe -- Unheard Of -- Analyst

And capital spending?

Jane Doe

It falls.

Call participants:

Jane Doe -- Investor Relations

John Roe -- Chief Executive Officer

Ann Poe -- Example Securities -- Analyst
"""

MARKDOWN = """\
# 晨星科技年度電話會

> 本文按錄音整理。

2024-03-05

## 摘要

業績良好。

## 管理層發言

**沈某(Sam), 首席執行官**

早安。

### 海外市場

海外增長快。

**Jane Doe, CFO**

利潤上升。

## 問答

**Ann Poe, Example Partners**

為何上升?

**Jane Doe (CFO):** 成本下降。

**Q2:** 還有呢?

**A2(沈某):** 沒有了。

---

## 免責聲明

只供參考。
"""


def said(transcript: Transcript, turn: Turn) -> str:
    return transcript.text[turn.span.char_start : turn.span.char_end]


def kinds(transcript: Transcript) -> list[SectionKind]:
    return [section.kind for section in transcript.sections]


def names(transcript: Transcript) -> list[str]:
    return [turn.speaker.name for turn in transcript.turns]


def exchanges(transcript: Transcript) -> list[tuple[int | None, bool]]:
    return [(turn.exchange, turn.is_question) for turn in transcript.turns]


def check(transcript: Transcript) -> None:
    """What holds for every transcript."""
    text = transcript.text
    assert transcript.sections[0].span.char_start == 0
    assert transcript.sections[-1].span.char_end == len(text)
    for before, after in zip(transcript.sections, transcript.sections[1:], strict=False):
        assert before.span.char_end == after.span.char_start
    position = 0
    for turn in transcript.turns:
        assert position <= turn.label.char_start < turn.label.char_end <= turn.span.char_start < turn.span.char_end
        position = turn.span.char_end
        section = transcript.sections[turn.section].span
        assert section.char_start <= turn.label.char_start
        assert turn.span.char_end <= section.char_end
        for span in (turn.label, turn.span):
            words = text[span.char_start : span.char_end]
            assert words == words.strip()
        assert turn.is_question is (turn.exchange is not None and turn.speaker.role is Role.ANALYST)
    spans = [section.span for section in transcript.sections]
    spans += [span for turn in transcript.turns for span in (turn.label, turn.span)]
    for span in spans:
        assert (span.line_start, span.line_end) == lines_of(text, span)


def lines_of(text: str, span: Span) -> tuple[int, int]:
    """The line numbers counted the plain way: one more than the line ends before the character."""

    def line(offset: int) -> int:
        before = text[:offset]
        # The "\\n" of a "\\r\\n" belongs to the line that its "\\r" ends.
        inside = text[offset : offset + 1] == "\n" and before.endswith("\r")
        return 1 + before.count("\n") + before.count("\r") - before.count("\r\n") - inside

    last = max(span.char_start, span.char_end - 1)
    return line(span.char_start), line(last) if last < len(text) else line(span.char_start)


def test_a_published_chinese_call() -> None:
    transcript = parse(CHINESE)
    check(transcript)
    assert kinds(transcript) == [HEADLINE, BYLINE, SUMMARY, REMARKS, QA, DISCLAIMER]
    assert [section.span.line_start for section in transcript.sections] == [1, 3, 6, 10, 19, 47]
    assert transcript.title == "晨星科技:新工廠投產,海外訂單翻倍"
    assert transcript.byline == "財經早報\n2024年3月5日 09:00"
    assert transcript.date == "2024-03-05"
    assert transcript.sections[-1].title == "免責聲明"
    assert [turn.label.line_start for turn in transcript.turns] == [10, 19, 23, 27, 31, 35, 39, 43]
    first = transcript.turns[0]
    assert (first.speaker.organisation, first.speaker.role) == ("晨星科技", Role.MANAGEMENT)
    assert said(transcript, first).startswith("各位早安")
    assert said(transcript, first).endswith("佔三成。")
    assert transcript.turns[1].speaker.organisation == "花旗"
    assert said(transcript, transcript.turns[-1]) == "派息不變。"


def test_questions_are_linked_with_their_answers() -> None:
    assert exchanges(parse(CHINESE)) == [
        (None, False),
        (1, True),
        (1, False),
        (2, True),
        (2, False),
        (2, True),  # the answer before only asked back
        (2, False),
        (2, False),
    ]


def test_a_call_with_dashes_and_a_list_of_participants() -> None:
    transcript = parse(FOOL)
    check(transcript)
    assert kinds(transcript) == [HEADLINE, BYLINE, REMARKS, QA, BYLINE]
    assert transcript.title == "Foo Bar (FOO) Q3 2024 Earnings Call Transcript"
    assert transcript.date == "2024-10-30"
    assert [section.title for section in transcript.sections[2:]] == [
        "Prepared Remarks",
        "Questions and Answers",
        "Call participants",
    ]
    assert names(transcript)[-2:] == ["Bob Coe", "Jane Doe"]
    last = transcript.turns[-1]
    assert (last.speaker.role, last.speaker.title) == (Role.MANAGEMENT, "Investor Relations")
    assert said(transcript, last) == "It falls."
    assert exchanges(transcript) == [
        (None, False),
        (None, False),
        (None, False),
        (None, False),
        (1, True),
        (1, False),
        (1, True),  # only thanks
        (None, False),
        (2, True),
        (2, False),
    ]


def test_markdown() -> None:
    transcript = parse(MARKDOWN, markdown=True)
    check(transcript)
    assert parse(MARKDOWN) == transcript  # it plainly uses headings
    assert kinds(transcript) == [HEADLINE, BYLINE, SUMMARY, REMARKS, REMARKS, QA, DISCLAIMER]
    assert [section.title for section in transcript.sections] == [
        "晨星科技年度電話會",
        None,
        "摘要",
        "管理層發言",
        "海外市場",
        "問答",
        "免責聲明",
    ]
    assert (transcript.title, transcript.date) == ("晨星科技年度電話會", "2024-03-05")
    assert transcript.byline == "> 本文按錄音整理。\n\n2024-03-05"
    assert [(turn.speaker.name, turn.speaker.role) for turn in transcript.turns] == [
        ("沈某(Sam)", Role.MANAGEMENT),
        ("Jane Doe", Role.MANAGEMENT),
        ("Ann Poe", Role.ANALYST),
        ("Jane Doe", Role.MANAGEMENT),
        ("Q2", Role.ANALYST),
        ("沈某", Role.MANAGEMENT),
    ]
    assert said(transcript, transcript.turns[0]) == "早安。"  # a heading ends a turn
    assert transcript.turns[-1].speaker.title == "首席執行官"
    assert said(transcript, transcript.turns[-1]) == "沒有了。"  # without the rule after it
    assert exchanges(transcript)[2:] == [(1, True), (1, False), (2, True), (2, False)]


PLAIN = [
    "Some of you may recall the last call.\nWe said: more to come.\nRevenue: $5 billion.\nWe think so.\n",
    "Good quarter\n\nWe did well. Thank you.\n",
    "Jane Doe: one line with a colon and nothing else to go by.\n",
    "Note: this is a note.\nSource: a source.\nNote: another.\n",
    "包括:\n\n一些東西。\n\n其中:\n\n另一些。\n",
    "Our Plans: grow.\nQ1: 5 million\nQ2: 6 million\nQ3: 7 million\n",
    "Martin: hello there.\n",
    "Sparrows, Finches: the sequel, and other films.\n",
    "#hashtag and text\n",
]


@pytest.mark.parametrize("text", PLAIN)
def test_where_nothing_is_recognised_the_text_is_one_section(text: str) -> None:
    transcript = parse(text)
    check(transcript)
    assert kinds(transcript) == [BODY]
    assert transcript.turns == ()
    assert (transcript.title, transcript.byline, transcript.date) == (None, None, None)


ACCEPTED = [
    # (text, the names that speak)
    ("Jane Doe: One.\nJohn Roe: Two.\nJane Doe: Three.\n", ["Jane Doe", "John Roe", "Jane Doe"]),
    ("Operator: Welcome.\nJane Doe: One.\nJohn Roe: Two.\n", ["Operator", "Jane Doe", "John Roe"]),
    ("Operator\n\nJane Doe: inline is not how this text sets its speakers.\n", ["Operator"]),
    ("Jane Doe - CFO\nJohn Roe - CEO\n\nOperator\n\nHi.\n\nJane Doe\n\nOne.\n", ["Operator", "Jane Doe"]),
    ("Operator:\n\nHi.\n\nMartin:\n\nOne.\n", ["Operator"]),
    ("Operator:\n\nHi.\n\nMartin:\n\nOne.\n\nMartin:\n\nTwo.\n", ["Operator", "Martin", "Martin"]),
    ("Martin (CFO): One.\nOperator: Next.\nMartin: Two.\n", ["Martin", "Operator", "Martin"]),
    ("管理層:\n\n一。\n\n張某:\n\n二。\n", ["管理層", "張某"]),
    ("管理層:\n\n一。\n\n金融:\n\n二。\n", ["管理層"]),
    ("Q: One?\nA: Two.\n", ["Q", "A"]),
    ("問\uff1a一?\n答\uff1a二。\n", ["問", "答"]),
    ("Q: One?\nQ: Two?\n", []),
    ("提問者:\n一?\n管理層:\nQ2: 五億\nQ3: 六億\n", ["提問者", "管理層"]),
    ("Q2: 一?\nA2(沈某): 二。\n", ["Q2", "沈某"]),
    ("## Q&A\n\nJane Doe: One?\n\nJohn Roe: Two.\n", ["Jane Doe", "John Roe"]),
    ("Operator\n\nOperator\n\nHi.\n", ["Operator"]),  # the first says nothing
    (
        "Operator: Welcome.\nGross Margin: 40%\nLatin America: $6 million\nAsia Pacific: 7%\nTime: 10:30\n",
        ["Operator"],
    ),
]


@pytest.mark.parametrize(("text", "expected"), ACCEPTED)
def test_a_bare_name_needs_evidence(text: str, expected: list[str]) -> None:
    transcript = parse(text, markdown=True)
    check(transcript)
    assert names(transcript) == expected


def test_a_role_given_once_is_kept() -> None:
    transcript = parse("Jane Doe - CFO\nAnn Poe - Citi\n\nOperator\n\nHi.\n\nAnn Poe\n\nWhy?\n\nJane Doe\n\nSo.\n")
    assert [turn.speaker.role for turn in transcript.turns] == [Role.OPERATOR, Role.ANALYST, Role.MANAGEMENT]
    assert transcript.turns[1].speaker.organisation == "Citi"
    assert exchanges(transcript)[1:] == [(1, True), (1, False)]


def test_an_answering_mark_tells_a_role() -> None:
    transcript = parse("Jane Doe: Hi.\nQ - Ann Poe, Foo Bar: Why?\nA - Jane Doe: So.\nJane Doe: And so.\n")
    assert [turn.speaker.role for turn in transcript.turns] == [
        Role.MANAGEMENT,
        Role.ANALYST,
        Role.MANAGEMENT,
        Role.MANAGEMENT,
    ]


@pytest.mark.parametrize(
    ("answer", "reply", "expected"),
    [
        ("Do you mean this year?", "Yes, this year and the next, if you can say.", 1),
        ("It was a fine year.", "Thanks, that is helpful. Great.", 1),
        ("It was a fine year.", "Thanks. Please say more on costs.", 2),
        ("It was a fine year.", "Thanks. And costs?", 2),
        ("It was a fine year. " * 20 + "Right?", "More on costs, please.", 2),
    ],
)
def test_when_an_analyst_goes_on(answer: str, reply: str, expected: int) -> None:
    transcript = parse(f"Analyst: How was it?\nManagement: {answer}\nAnalyst: {reply}\nManagement: Fine.\n")
    assert [turn.exchange for turn in transcript.turns] == [1, 1, expected, expected]


def test_an_operator_closes_an_exchange() -> None:
    transcript = parse("Analyst: One?\nOperator: Sorry.\nManagement: Two.\nAnalyst: Three?\n")
    assert exchanges(transcript) == [(1, True), (None, False), (None, False), (2, True)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    transcript = parse(CHINESE.replace("\n", end))
    check(transcript)
    assert [turn.label.line_start for turn in transcript.turns] == [10, 19, 23, 27, 31, 35, 39, 43]
    assert [section.span.line_start for section in transcript.sections] == [1, 3, 6, 10, 19, 47]


@pytest.mark.parametrize("odd", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_other_separators_end_no_line(odd: str) -> None:
    transcript = parse(f"管理層:\n一{odd}二\n提問者:\n三?\n")
    check(transcript)
    assert [turn.label.line_start for turn in transcript.turns] == [1, 3]
    assert said(transcript, transcript.turns[0]) == f"一{odd}二"


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2025.08.13 13:10", "2025-08-13"),
        ("2025/8/3", "2025-08-03"),
        ("2025 年 8 月 13 日", "2025-08-13"),
        ("Aug. 13, 2025", "2025-08-13"),
        ("August 13th, 2025", "2025-08-13"),
        ("13 August 2025", "2025-08-13"),
        ("2025.13.45", None),
        ("作者:某某", None),
    ],
)
def test_dates(written: str, iso: str | None) -> None:
    transcript = parse(f"A headline\n\n{written}\n\nOperator:\n\nHi.\n")
    assert kinds(transcript) == [HEADLINE, BYLINE, REMARKS]
    assert (transcript.byline, transcript.date) == (written, iso)


def test_a_title_of_two_lines_before_the_date() -> None:
    transcript = parse("Bar Mills plc\nHalf-Year Results\n17-Oct-2024\n\nOperator: Welcome.\n\nCEO: Sales rose.\n")
    assert (transcript.title, transcript.date) == ("Bar Mills plc Half-Year Results", "2024-10-17")


def test_a_disclaimer_in_what_is_said_is_not_the_end() -> None:
    transcript = parse("管理層:\n\n風險提示:\n\n請留意。\n\n提問者:\n\n明白嗎?\n\n免責聲明:本文只供參考。\n")
    assert kinds(transcript) == [REMARKS, QA, DISCLAIMER]
    assert said(transcript, transcript.turns[0]).endswith("請留意。")
    assert said(transcript, transcript.turns[1]) == "明白嗎?"


def test_reading_a_file_tells_markdown_by_its_name(tmp_path: Path) -> None:
    for name, expected in (("a.txt", [BODY]), ("a.md", [HEADLINE, BODY]), ("b.MARKDOWN", [HEADLINE, BODY])):
        path = tmp_path / name
        path.write_bytes("# 標題\r\n\r\n正文。\r\n".encode("utf-8-sig"))
        transcript = read(path)
        assert kinds(transcript) == expected
        assert transcript.encoding == "utf-8-sig"
        assert path.suffix.lower() in SUFFIXES


def test_an_empty_text() -> None:
    transcript = parse("")
    assert kinds(transcript) == [BODY]
    assert transcript.sections[0].span == Span(0, 0, 1, 1)


FRAGMENTS = [
    *("管理層回答:", "來自花旗的提問者:", "提問者", "主持人\uff1a", "Operator", "Jane Doe", "Jane Doe -- CFO"),
    *("Ann Poe - Citi", "Jane Doe: ", "**Jane Doe, CFO**", "**Q1:** ", "Q:", "A:", "A1(沈某):", "問:"),
    *("Q - Ann Poe, Foo:", "# 標題", "## 問答", "## Prepared Remarks", "### x", "Questions and Answers:"),
    *("Call participants", "免責聲明", "Disclaimer: x", "持續更新中……", "摘要", "> note", "*note*", "2024-03-05"),
    *("By Some Writer", "一句話。", "Thanks.", "Why?", "包括:", "  • a: b", "http://x.y", "10:30", "---", "x" * 130),
    *("\n", "\n\n", "\r\n", "\r", " ", "\t", "\u3000", "\x0b", "\x0c", "\x85", "\u2028", "\u200b", "\ufeff"),
    *("\x00", "\ud800", "\U0001f600", "**", "__", ":", "\uff1a", "--", "#"),
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=6), max_size=40).map("".join), st.booleans())
@example("\r\n", True)
@example("# \n#\n", True)
@example("Operator:\r\n\u2028\rx", False)
def test_any_text_is_tiled_and_its_turns_are_in_order(text: str, markdown: bool) -> None:
    transcript = parse(text, markdown=markdown)
    assert transcript.text == text
    check(transcript)


@pytest.mark.parametrize(
    "text",
    [
        "管理層:\n好。\n提問者:\n嗎?\n" * 25_000,
        "Jane Doe: a\nJohn Roe: b\n" * 50_000,
        "word " * 1_000_000,
        " " * 5_000_000,
        "\n" * 200_000,
        "Jane Doe -- " * 400_000,
        "(" * 2_000_000 + ":",
        "> " + "*" * 2_000_000,
        "\u9a30" * 2_000_000 + "管理層:",
    ],
    ids=["turns", "names", "words", "blanks", "lines", "dashes", "parentheses", "stars", "han"],
)
def test_time_is_linear(text: str) -> None:
    start = time.perf_counter()
    parse(text, markdown=True)
    # Seconds, on a slow and busy machine; what is quadratic takes hours.
    assert time.perf_counter() - start < 30


@pytest.fixture
def shared() -> Path:
    """The folder with the real transcripts, which are no part of the project."""
    folder = Path(os.environ.get("RAG_SHARED") or Path(__file__).parents[2] / "shared") / "transcripts"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there; set RAG_SHARED to the folder that holds transcripts/")
    return folder


def test_the_real_transcript(shared: Path) -> None:
    transcript = read(shared / "tencent-2025q2.txt")
    check(transcript)
    assert transcript.date == "2025-08-13"
    assert [(section.kind, section.span.line_start) for section in transcript.sections] == [
        (HEADLINE, 1),
        (BYLINE, 3),
        (SUMMARY, 8),
        (REMARKS, 26),
        (QA, 84),
        (DISCLAIMER, 193),
    ]
    assert [(turn.label.line_start, turn.exchange, turn.is_question) for turn in transcript.turns] == [
        (26, None, False),
        (36, None, False),
        (70, None, False),
        (84, 1, True),
        (90, 1, False),
        (109, 2, True),
        (115, 2, False),
        (133, 3, True),
        (137, 3, False),
        (141, 4, True),
        (145, 4, False),
        (149, 4, True),
        (153, 4, False),
        (161, 5, True),
        (165, 5, False),
        (169, 6, True),
        (177, 6, False),
        (183, 6, False),
    ]
    asking = [turn.speaker.organisation for turn in transcript.turns if turn.is_question]
    assert asking == ["傑弗瑞", "摩根大通", None, None, None, None, "花旗"]


def test_real_calls_without_speakers(shared: Path) -> None:
    paths = sorted((shared / "english-calls").glob("*.txt"))
    assert paths
    for path in paths:
        transcript = read(path)
        assert kinds(transcript) == [BODY], path.name
        assert transcript.turns == (), path.name
        assert transcript.title is None, path.name


def test_a_title_below_a_name_belongs_to_it_where_the_name_speaks_again() -> None:
    text = "王大明\n財務長\n\n本季營收增長。\n\n分析師:\n\n為什麼?\n\n王大明:\n\n因為訂單。\n"
    transcript = parse(text.replace("王大明\n", "**王大明**\n", 1))
    assert [turn.speaker.title for turn in transcript.turns] == ["財務長", None, "財務長"]
    assert transcript.text[slice(*_bounds(transcript.turns[0]))] == "本季營收增長。"


def _bounds(turn: Turn) -> tuple[int, int]:
    return turn.span.char_start, turn.span.char_end
