"""Where sentences end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sentences import split


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("收入增長了兩成。利潤也是如此!為什麼會這樣?", ["收入增長了兩成。", "利潤也是如此!", "為什麼會這樣?"]),
        ("他說:「明年一定會更好。」大家都很高興。", ["他說:「明年一定會更好。」", "大家都很高興。"]),
        ("第一點是產品;第二點是渠道；第三點是人才。", ["第一點是產品;", "第二點是渠道；", "第三點是人才。"]),
        ("Revenue was $53.1 billion. Margins held up.", ["Revenue was $53.1 billion.", "Margins held up."]),
        (
            "The U.S. dollar rose. Mr. Smith of Foo Inc. agreed with that.",
            ["The U.S. dollar rose.", "Mr. Smith of Foo Inc. agreed with that."],
        ),
        ('He said "we will grow." Then he left the call.', ['He said "we will grow."', "Then he left the call."]),
        ("Is it so? It really is! Certainly.", ["Is it so?", "It really is!", "Certainly."]),
        ("版本 3.5.1 已經發布。下一版在年底。", ["版本 3.5.1 已經發布。", "下一版在年底。"]),
        ("第一行沒有句號\n第二行也沒有句號", ["第一行沒有句號", "第二行也沒有句號"]),
        ("第一行沒有句號\r\n第二行也沒有句號", ["第一行沒有句號", "第二行也沒有句號"]),
        ("", []),
        (" \n\t\r\n", []),
        ("沒有句號", ["沒有句號"]),
        ("我們會繼續努力……請大家放心。", ["我們會繼續努力……", "請大家放心。"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


def test_what_is_too_short_stays_with_the_one_before() -> None:
    assert parts("你指的是歐洲市場。對嗎?") == ["你指的是歐洲市場。對嗎?"]
    assert parts("你指的是歐洲市場。\n對嗎?") == ["你指的是歐洲市場。", "對嗎?"]


def test_a_part_of_a_text_is_split_in_its_offsets() -> None:
    text = "不算在內。收入增長了兩成。利潤也是如此。不算在內。"
    start, end = text.index("收入"), text.rindex("不算")
    assert [text[a:b] for a, b in split(text, start, end)] == ["收入增長了兩成。", "利潤也是如此。"]


@given(st.text(st.sampled_from("a A.。!?;…「」\"'”)\n\r\t 3é好\u3000x"), max_size=80), st.data())
def test_nothing_but_white_space_is_lost(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    at = start
    for first, last in split(text, start, end):
        assert at <= first < last <= end
        assert not text[at:first].strip()
        assert text[first:last].strip() == text[first:last]
        at = last
    assert not text[at:end].strip()
