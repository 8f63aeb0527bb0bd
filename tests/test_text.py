"""Folding and its map back to the source."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from rag import figures
from rag.text import cased, cased_with_map, fold, fold_with_map, has_han, is_mostly_han

# Characters that composing, decomposing, joining and casing treat specially, beside plain ones.
ODD = (
    "aZé e\u0301\u0308\u0323i\u0307İıßſﬁﬀﬃǅ①½㈱㎏℡ｱﾞﾟガカ\u3099\u309a한글\u1112\u1161\u11ab\u1100\u11a8각\uac00\u11a8가나"
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u2066\u0627\u0644\u0651אבְּ\ufb1d\u093c\u0958क\u09c7\u09be\u09d7\u0b47\u0b3e"
    "\ud800\udfff😀\U0001f468\U0001f3fd\u20e3\ufe0f繁體體裏裡發髮台臺乾乾干隻只後后億亿萬万\uf900\ufa0e\U0002f800\U00020000"
    "０９Ａｚ％，．　 \t\n\r\x00\x1b\x85\xa0"
)
texts = st.text(
    st.one_of(st.sampled_from(ODD), st.characters(), st.characters(categories=["Mn", "Mc", "Cf", "Lo", "Lm"])),
    max_size=40,
)
# What a text may begin with so that it tears no mark from its letter when it is appended to another.
_MARK_FREE = "a é字發億１Ａ\n.가😀\ud800ﬁ"


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("騰訊雲", "腾讯云"),
        ("裏面", "里面"),
        ("WeChat", "wechat"),
        ("Café", "Cafe\u0301"),
        ("ﾃﾞｰﾀ", "データ"),
        ("Straße", "STRASSE"),
        ("資\u200b本", "資本"),
        ("ﬁnance", "finance"),
        ("１，８４５億", "1,845亿"),
    ],
)
def test_what_folds_alike(written: str, same: str) -> None:
    assert fold(written) == fold(same)


def test_case_is_all_that_cased_keeps() -> None:
    assert cased("ＡＩ 賦能 Ｃloud") == "AI 赋能 Cloud"
    assert cased("ＡＩ 賦能 Ｃloud").casefold() == fold("ＡＩ 賦能 Ｃloud")


def test_the_map_of_a_ligature_and_an_accent() -> None:
    folded = fold_with_map("x\ufb01e\u0301y")
    assert folded.text == "xfiéy"
    assert list(folded.starts) == [0, 1, 1, 2, 4]
    assert list(folded.ends) == [1, 2, 2, 4, 5]
    assert folded.source(1, 2) == (1, 2)
    assert folded.source(2, 4) == (1, 4)


def test_a_run_maps_over_what_is_invisible_in_it() -> None:
    source = "資\u200b本\u202e開支"
    folded = fold_with_map(source)
    at = folded.text.index("本开")
    start, end = folded.source(at, at + 2)
    assert source[start:end] == "本\u202e開"


@given(texts)
@example("\u0301abc")
@example("\u1112\u1161\u11ab")
@example("\uac00\u11a8")
@example("e\u200d\u0301")
@example("\ud800\u0301\udfff")
def test_the_map_agrees_with_the_fold(source: str) -> None:
    folded = fold_with_map(source)
    assert folded.text == fold(source)
    assert len(folded.starts) == len(folded.ends) == len(folded.text)
    starts, ends = list(folded.starts), list(folded.ends)
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert all(0 <= start < end <= len(source) for start, end in zip(starts, ends, strict=True))


@given(texts, st.data())
def test_the_source_of_a_run_holds_it(source: str, data: st.DataObject) -> None:
    folded = fold_with_map(source)
    if not folded.text:
        return
    start = data.draw(st.integers(0, len(folded.text) - 1))
    end = data.draw(st.integers(start + 1, len(folded.text)))
    first, last = folded.source(start, end)
    assert folded.text[start:end] in fold(source[first:last])


@given(texts, texts, st.sampled_from(_MARK_FREE))
def test_a_fold_depends_on_no_neighbour(left: str, right: str, first: str) -> None:
    assert fold(left + first + right) == fold(left) + fold(first + right)
    assert cased(left + first + right) == cased(left) + cased(first + right)


@given(st.text(st.sampled_from("aZé字發億體１Ａ，．％ \n.가나ßﬁ①½ｱ㈱亿万裏台"), max_size=40))
def test_folding_twice_changes_nothing(source: str) -> None:
    once = fold(source)
    assert fold(once) == once


@given(
    st.text(
        st.one_of(st.characters(max_codepoint=0x2FF), st.characters(min_codepoint=0x3000, max_codepoint=0xFFEF)),
        min_size=41,
        max_size=80,
    )
)
@example("騰訊雲的資本開支" * 6)
@example("體" * 40 + "ﬁ…㈱")
@example("\x00" * 41)
def test_a_long_text_folds_as_its_characters_do(source: str) -> None:
    folded = fold_with_map(source)
    assert fold(source) == folded.text
    assert cased(source) == cased_with_map(source).text


def test_every_han_character_of_the_block_that_is_folded_at_once_folds_as_alone() -> None:
    block = [chr(code) for code in range(0x4E00, 0xA000)]
    converter = OpenCC("t2s")
    alone = [unicodedata.normalize("NFKC", converter.convert(c)).casefold() for c in block]
    assert "".join(fold("".join(block[at : at + 64])) for at in range(0, len(block), 64)) == "".join(alone)


def test_which_language() -> None:
    assert has_han("A股") and not has_han("ABC ガ")
    assert is_mostly_han("公司用 AI 提高效率") and not is_mostly_han("The word 茶 means tea")


@settings(deadline=1000)
@given(st.text(st.sampled_from("0123456789,.點点百千萬万亿億成%元$ 一二三十零"), max_size=2000))
def test_hostile_figures_cost_little(source: str) -> None:
    list(figures.terms(fold(source)))
