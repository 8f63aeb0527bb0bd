"""Speakers whom a recogniser only counts, named by what is said."""

from __future__ import annotations

import re

import pytest

from rag.records import Role, Speaker
from rag.transcripts import parse

A, M, U = Role.ANALYST, Role.MANAGEMENT, Role.UNKNOWN


def speakers(text: str) -> list[Speaker]:
    """The speakers of all turns, each once, in order."""
    return list(dict.fromkeys(turn.speaker for turn in parse(text).turns))


ENGLISH = """\
Speaker 1  0:03
Welcome to the Foo Mills call. I'm Ann Poe, head of investor relations. With me is our CEO, John Roe. John, over to you.

Speaker 2  0:41
Thanks, Ann. Sales rose by a tenth.

Speaker 1  2:15
Our first question comes from Max Hart at Bar Securities.

Speaker 3  2:20
Did margins follow?

Speaker 2  2:31
Not yet.

Speaker 4  2:40
Hi, Ida Beck here from Tall Capital. And cash?

Speaker 5  2:50
Flat, I'm Very Glad to say.
"""

CHINESE = """\
发言人1 00:03
大家好，我是某某纺织财务总监陈怡君。今天出席的还有行政总裁林志明先生。先请林总。

发言人2 00:41
今年收入增长一成。

发言人1 02:15
现在开始问答。请中金公司的刘畅提问。

发言人3 02:20
毛利率呢？

发言人2 02:31
没变。

发言人1 02:40
下一位是元大投顾的黄小姐，请提问。

发言人4 02:50
股利呢？

发言人5 03:01
再说吧。
"""


def test_counted_speakers_are_named_by_themselves_and_by_those_who_call_them() -> None:
    assert speakers(ENGLISH) == [
        Speaker("Ann Poe (Speaker 1)", M, None, "head of investor relations"),
        Speaker("John (Speaker 2)", M, None, "CEO"),
        Speaker("Max Hart (Speaker 3)", A, "Bar Securities"),
        Speaker("Ida Beck (Speaker 4)", A, "Tall Capital"),
        Speaker("Speaker 5", U),
    ]


def test_so_are_they_in_chinese() -> None:
    assert speakers(CHINESE) == [
        Speaker("陈怡君 (发言人1)", M, None, "某某纺织财务总监"),
        Speaker("林总 (发言人2)", M, None, "行政总裁"),
        Speaker("刘畅 (发言人3)", A, "中金公司"),
        Speaker("黄小姐 (发言人4)", A, "元大投顾"),
        Speaker("发言人5", U),
    ]


def test_their_questions_are_linked_with_the_answers() -> None:
    for text in (ENGLISH, CHINESE):
        exchanges = [(turn.exchange, turn.is_question) for turn in parse(text).turns if turn.exchange]
        assert exchanges[:2] == [(1, True), (1, False)] and (2, True) in exchanges


@pytest.mark.parametrize(
    "said",
    [
        "I'm Very Glad that you ask.",
        "This is Good News for us.",
        "I spoke with Max Hart of Bar Securities.",
        "我是說成本會升。",
        "請看第三頁。",
    ],
)
def test_other_words_name_nobody(said: str) -> None:
    text = f"SPEAKER_00: Welcome.\nSPEAKER_01: {said}\nSPEAKER_02: Yes.\nSPEAKER_01: Thanks.\n"
    assert [each.name for each in speakers(text)] == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_02"]


def test_the_spans_are_those_of_the_plain_labels() -> None:
    """A name that is read into a label moves none."""
    for text in (ENGLISH, CHINESE):
        for turn in parse(text).turns:
            label = text[turn.label.char_start : turn.label.char_end]
            counted = re.search(r"Speaker \d|发言人\d", turn.speaker.name)
            assert counted and label.startswith(counted[0])
