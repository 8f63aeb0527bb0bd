"""What a question asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UsageError
from rag.figures import Unit
from rag.glossary import open_glossary
from rag.question import Question, analyse
from rag.question_kinds import Kind

WORDS = frozenset({"资本开支", "毛利率", "计划"})


def read(text: str) -> Question:
    return analyse(text, open_glossary(), WORDS)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("資本開支是多少?", Kind.FIGURE),
        ("工廠有幾個人?", Kind.FIGURE),
        ("How much was capex?", Kind.FIGURE),
        ("What was revenue in the quarter?", Kind.FIGURE),
        ("毛利率是百分之幾?", Kind.PERCENT),
        ("海外收入佔比如何?", Kind.PERCENT),
        ("What percentage of revenue is abroad?", Kind.PERCENT),
        ("What was non-IFRS operating profit growth?", Kind.PERCENT),
        ("What was the effective tax rate?", Kind.PERCENT),
        ("實際稅率是多少?", Kind.PERCENT),
        ("效率多少?", Kind.FIGURE),
        ("What is the dividend per share?", Kind.FIGURE),
        ("毛利率升了多少個百分點?", Kind.POINTS),
        ("How many basis points did it gain?", Kind.POINTS),
        ("為什麼運費上升?", Kind.WHY),
        ("奶粉業務下滑的原因是什麼?", Kind.WHY),
        ("Why did freight rates rise?", Kind.WHY),
        ("What drove growth?", Kind.WHY),
        ("新船什麼時候交付?", Kind.WHEN),
        ("When will the plant open?", Kind.WHEN),
        ("誰是首席執行官?", Kind.WHO),
        ("Who runs the finance team?", Kind.WHO),
        ("誰問了派息的問題?", Kind.WHO_ASKED),
        ("哪位分析師提出了碼頭的問題?", Kind.WHO_ASKED),
        ("Who asked about the dividend?", Kind.WHO_ASKED),
        ("有哪些新產品?", Kind.LIST),
        ("Which plants are new?", Kind.LIST),
        ("談談碼頭業務", Kind.OTHER),
        ("dividend policy", Kind.OTHER),
    ],
)
def test_kinds(text: str, kind: Kind) -> None:
    assert read(text).kind is kind


def test_units_go_with_kinds() -> None:
    assert read("資本開支是多少?").units == {Unit.NUMBER}
    assert read("海外收入佔比如何?").units == {Unit.PERCENT}
    assert read("毛利率升了多少個百分點?").units == {Unit.POINTS}
    assert read("為什麼運費上升?").units == frozenset()


@pytest.mark.parametrize(
    "text", ["花旗的分析師問了什麼?", "誰問了派息?", "What did Citi ask?", "the question from UBS"]
)
def test_what_an_analyst_asked(text: str) -> None:
    assert read(text).about_question


def test_what_management_said_is_no_question() -> None:
    assert not read("資本開支是多少?").about_question


def test_content_leaves_out_what_only_asks() -> None:
    content = read("請問公司的資本開支是多少?").content
    assert {"资本", "资本开支", "开支"} <= set(content)
    assert not {"的", "多少", "是", "请问"} & set(content)
    assert set(read("What was the capex of it?").content) == {"capex"}


def test_asking_for_a_reason_says_nothing_of_what_about() -> None:
    assert set(read("運費上升的主要原因?").content) == set(read("運費上升").content)
    assert set(read("Why did freight rise?").content) == set(read("Did freight rise?").content)


def test_where_all_only_asks_that_is_the_content() -> None:
    assert read("什麼?").content
    assert read("what is it?").content


def test_both_languages() -> None:
    chinese, english = read("資本開支是多少?"), read("How much was capital expenditure?")
    assert chinese.is_han and not english.is_han
    assert "capex" in dict(chinese.bridges)["资本开支"]
    assert "资本开支" in dict(english.bridges)["capital expenditure"]
    assert "资本支出" in dict(chinese.synonyms)["资本开支"]
    assert "capex" in dict(english.synonyms)["capital expenditure"]


def test_words_of_a_term_may_be_stood_in_for() -> None:
    found = read("Why did operating expenses at the depot rise?").stand_ins
    assert "opex" in found["oper"] and "opex" in found["expens"] and not found["depot"]


def test_a_magnitude_is_wanted() -> None:
    assert read("收入是多少億元?").wants_magnitude and not read("收入是多少?").wants_magnitude


def test_parts() -> None:
    assert read("收入是多少?").parts == 1
    assert read("收入是多少?同比增長多少?").parts == 2
    assert read("How much was revenue and why did it rise?").parts == 2


@pytest.mark.parametrize(
    "variants",
    [
        ("騰訊的資本開支是多少?", "腾讯的资本开支是多少?", "騰訊的資本開支是多少？"),
        (
            "請問海外的 AI 與 WeChat 策略?",
            "请问海外的 AI 与 WeChat 策略?",
            "請問海外的　ＡＩ　與　ＷｅＣｈａｔ　策略？",
        ),
        ("《王者榮耀》賺了 1,845 億?", "《王者荣耀》赚了 1,845 亿?", "《王者榮耀》賺了　１，８４５　億？"),
    ],
)
def test_variants_ask_the_same(variants: tuple[str, ...]) -> None:
    from dataclasses import replace

    first, *others = (replace(read(variant), text="") for variant in variants)
    assert all(other == first for other in others)


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\u3000", "\0", "\ud800\udfff", "\0 \ud800"])
def test_an_empty_question_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="empty"):
        read(text)


def test_a_question_has_a_longest_length() -> None:
    assert read("字" * 4000).text
    with pytest.raises(UsageError, match="4,001"):
        read("字" * 4001)


@given(
    st.text(
        st.one_of(st.characters(), st.sampled_from("資本開支多少?ＡａＺ 1,845億%\0\ud800《》")), min_size=1, max_size=60
    )
)
def test_any_question_is_read_or_refused(text: str) -> None:
    try:
        question = read(text)
    except UsageError:
        assert not text.replace("\0", " ").strip().strip("".join(map(chr, range(0xD800, 0xE000)))).strip()
        return
    assert "\0" not in question.text and question.parts >= 1
    assert all(count > 0 for count in question.content.values())


@pytest.mark.parametrize(
    "text",
    [
        "What's the net debt?",
        "Adj. EBITDA this quarter?",
        "Segment sales in Q3?",
        "What is the new full-year EPS guide?",
        "門店收入?",
        "今年資本開支指引?",
    ],
)
def test_a_figure_is_asked_for_by_its_name_alone(text: str) -> None:
    assert read(text).kind is Kind.FIGURE and read(text).units


@pytest.mark.parametrize(
    "text",
    [
        "What do they expect of sales?",
        "Is there any debt?",
        "What drives revenue?",
        "Outlook for advertising?",
        "Who sells the orders?",
    ],
)
def test_other_questions_name_metrics_too(text: str) -> None:
    assert not read(text).units


def test_guidance_is_given_in_figures_of_any_unit() -> None:
    assert Unit.PERCENT in read("What is the revenue guidance?").units
    assert Unit.PERCENT not in read("What was the revenue?").units
