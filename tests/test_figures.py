"""Figures in Chinese and English, and which of them are the same."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.figures import Figure, Unit, find, find_all, terms, whole
from rag.text import fold


def only(text: str) -> Figure:
    (figure,) = find(fold(text))
    return figure


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1,845億元", "184500000000", Unit.NUMBER),
        ("１８４５亿", "184500000000", Unit.NUMBER),
        ("184.5 billion", "184500000000", Unit.NUMBER),
        ("US$2.1bn", "2100000000", Unit.NUMBER),
        ("11.1萬人", "111000", Unit.NUMBER),
        ("三千萬元", "30000000", Unit.NUMBER),
        ("九千万美元", "90000000", Unit.NUMBER),
        ("兩萬億元", "2000000000000", Unit.NUMBER),
        ("一百二十億", "12000000000", Unit.NUMBER),
        ("十二億", "1200000000", Unit.NUMBER),
        ("250 thousand", "250000", Unit.NUMBER),
        ("1.2k", "1200", Unit.NUMBER),
        ("2024", "2024", Unit.NUMBER),
        ("1,200", "1200", Unit.NUMBER),
        ("17%", "17", Unit.PERCENT),
        ("17 ％", "17", Unit.PERCENT),
        ("17 percent", "17", Unit.PERCENT),
        ("百分之十七", "17", Unit.PERCENT),
        ("百分之17", "17", Unit.PERCENT),
        ("百分之三點五", "3.5", Unit.PERCENT),
        ("百分之百", "100", Unit.PERCENT),
        ("三成", "30", Unit.PERCENT),
        ("近7成", "70", Unit.PERCENT),
        ("三成五", "35", Unit.PERCENT),
        ("兩成半左右", "25", Unit.PERCENT),
        ("增長三成二季度", "30", Unit.PERCENT),
        ("1億2,300萬元", "123000000", Unit.NUMBER),
        ("一億兩千萬", "120000000", Unit.NUMBER),
        ("三萬五千人", "35000", Unit.NUMBER),
        ("兩億三", "230000000", Unit.NUMBER),
        ("1.2個百分點", "1.2", Unit.POINTS),
        ("兩個百分點", "2", Unit.POINTS),
        ("3 percentage points", "3", Unit.POINTS),
        ("25 basis points", "0.25", Unit.POINTS),
        ("25bps", "0.25", Unit.POINTS),
    ],
)
def test_values(text: str, value: str, unit: Unit) -> None:
    figure = only(text)
    assert (figure.value, figure.unit) == (Decimal(value), unit)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,845億", "184.5 billion"),
        ("三成", "30%"),
        ("百分之二十三", "23.0%"),
        ("11.1萬", "111,000"),
        ("25個基點", "0.25個百分點"),
        ("0.3億", "三千萬元"),
    ],
)
def test_the_same_figure(one: str, other: str) -> None:
    assert only(one).key == only(other).key


@pytest.mark.parametrize(
    ("one", "other"),
    [("2%", "2個百分點"), ("1845億", "1850億"), ("17%", "17"), ("3億", "3萬"), ("3 million", "3 billion")],
)
def test_different_figures(one: str, other: str) -> None:
    assert only(one).key != only(other).key


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("人民幣38億", "cny"),
        ("38億元", "cny"),
        ("HK$4.50", "hkd"),
        ("5億港元", "hkd"),
        ("$2.1 billion", "usd"),
        ("九千萬美元", "usd"),
        ("38億", None),
        ("30%", None),
    ],
)
def test_currencies(text: str, currency: str | None) -> None:
    assert only(text).currency == currency


@pytest.mark.parametrize("text", ["成立於", "成功", "千方百計", "一般來說", "完成", "萬一", "no figure at all", ""])
def test_words_that_are_no_figures(text: str) -> None:
    assert list(find(fold(text))) == []


def test_places() -> None:
    folded = fold("收入 1,845億元,同比增長12%;利潤三成。")
    assert [folded[f.start : f.end] for f in find(folded)] == ["1,845亿元", "12%", "三成"]


def test_what_was_written() -> None:
    figure = only("184.50 億")
    assert (figure.scale, figure.decimals, figure.scaled) == (Decimal(10) ** 8, 2, True)
    assert not only("1845").scaled


def test_a_small_bare_number_is_no_figure_term() -> None:
    assert list(terms(fold("3 艘船, 第 12 頁"))) == []
    assert list(terms(fold("1,200 人"))) == ["#1200"]


def test_a_version_or_an_address_is_not_read_as_one_number() -> None:
    assert "#35.1" not in list(terms(fold("1.2.35.1%")))
    assert all(f.value < 100 for f in find(fold("3.14.15.92")))


@given(
    st.integers(1, 10**6),
    st.sampled_from([("萬", 10**4), ("億", 10**8), (" million", 10**6), (" billion", 10**9), ("", 1)]),
)
def test_any_number_with_any_unit(number: int, unit: tuple[str, int]) -> None:
    for written in (str(number), f"{number:,}"):
        assert only(f"{written}{unit[0]}").value == number * unit[1]


@given(st.text(st.sampled_from("0123456789,.點百千万亿成%元$ 一二十零分之個k"), max_size=60))
def test_figures_are_in_order_and_in_the_text(text: str) -> None:
    folded = fold(text)
    end = 0
    for figure in find(folded):
        assert end <= figure.start < figure.end <= len(folded)
        assert folded[figure.start : figure.end].strip()
        assert figure.value >= 0
        end = figure.end


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("同比高個位數增長", "高个位数"),
        ("同比增長低双位数", "低双位数"),
        ("grew by low double digits", "low double digits"),
        ("high-single-digit growth", "high-single-digit"),
        ("growth in the mid-teens", "mid-teens"),
        ("up by mid to high single digits", "mid to high single digits"),
    ],
)
def test_a_number_of_digits_is_a_rough_per_cent(text: str, said: str) -> None:
    folded = fold(text)
    (found,) = find_all(folded)
    assert folded[found.start : found.end] == said
    assert found.is_rough and found.unit is Unit.PERCENT
    # A quote is never compared by it.
    assert not list(find(folded))


def test_figures_and_rough_ones_come_in_their_order() -> None:
    folded = fold("收入 9 億元,低雙位數增長,佔比 8%")
    assert [folded[f.start : f.end] for f in find_all(folded)] == ["9 亿元", "低双位数", "8%"]


@pytest.mark.parametrize(
    ("text", "part", "widened"),
    [
        ("佔比大約三成五。", "三成", "三成五"),
        ("毛利率13%到16%之間", "16%", "13%到16%"),
        ("between 13% to 16% of sales", "13%", "13% to 16%"),
        ("增長53.1%", "3.1", "53.1%"),
        ("13%,去年16%", "16%", "16%"),
        ("沒有數字", "數字", "數字"),
    ],
)
def test_a_part_of_a_figure_is_widened_to_the_whole(text: str, part: str, widened: str) -> None:
    folded = fold(text)
    at = folded.index(fold(part))
    start, end = whole(folded, at, at + len(fold(part)))
    assert folded[start:end] == fold(widened)


@given(st.text(alphabet="13５.,%億萬三成五半到至- 元ab", max_size=30), st.data())
def test_what_is_widened_cuts_no_figure(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded)))
    end = data.draw(st.integers(start, len(folded)))
    first, last = whole(folded, start, end)
    assert first <= start <= end <= last
    for figure in find(folded):
        assert not (figure.start < first < figure.end or figure.start < last < figure.end)
