"""Speakers whom only what is said introduces: management by their titles, analysts by the operator's call."""

from __future__ import annotations

import pytest

from rag.records import Role, Speaker
from rag.transcripts import parse

A, M, O, U = Role.ANALYST, Role.MANAGEMENT, Role.OPERATOR, Role.UNKNOWN


def speakers(text: str) -> dict[str, Speaker]:
    return {turn.speaker.name: turn.speaker for turn in parse(text).turns}


ENGLISH = """\
Foo Mills, Inc. Second Quarter Call

Operator: Welcome. I will hand over to Ann Poe, Head of Investor Relations.

Ann Poe: Thanks. With me are Jane Doe, our chief executive, John Roe, who runs sales, and Dr. Kim Loe, finance chief.

Jane Doe: Sales rose by a tenth.

Operator: We go to Max Hart of Bar Securities.

Max Hart: Did margins follow?

John Roe: Not yet.

Operator: Next is Ida Beck with Tall & Low. Please go ahead.

Ida Beck: And cash?

Kim Loe: Flat. I'd say that Max Hart, asked before.

Operator: I will turn it back to Jane Doe for closing remarks.

Jane Doe: Thank you.
"""


def test_an_english_call_is_understood_by_what_is_said() -> None:
    found = speakers(ENGLISH)
    assert found == {
        "Operator": Speaker("Operator", O),
        "Ann Poe": Speaker("Ann Poe", M, None, "Head of Investor Relations"),
        "Jane Doe": Speaker("Jane Doe", M, None, "chief executive"),
        "John Roe": Speaker("John Roe", M),
        "Kim Loe": Speaker("Kim Loe", M, None, "finance chief"),
        "Max Hart": Speaker("Max Hart", A, "Bar Securities"),
        "Ida Beck": Speaker("Ida Beck", A, "Tall & Low"),
    }
    asked = [(turn.speaker.name, turn.exchange, turn.is_question) for turn in parse(ENGLISH).turns if turn.exchange]
    assert asked == [("Max Hart", 1, True), ("John Roe", 1, False), ("Ida Beck", 2, True), ("Kim Loe", 2, False)]


CHINESE = """\
某某飲食集團全年業績會

主持人

歡迎各位。今日在座有行政總裁區某某女士、財務總裁Raymond Tse謝某某先生,以及機構飲食總經理陸某某先生。

區某某

收入升一成。

主持人

第一位,匯某證券的崔某某先生。

崔某某

利潤率有冇跟上?

謝某某

未有。
"""


def test_names_alone_on_their_lines_speak_where_they_are_introduced() -> None:
    assert speakers(CHINESE) == {
        "主持人": Speaker("主持人", O),
        "區某某": Speaker("區某某", M, None, "行政總裁"),
        "謝某某": Speaker("謝某某", M, None, "財務總裁"),
        "崔某某": Speaker("崔某某", A, "匯某證券"),
    }
    assert [turn.exchange for turn in parse(CHINESE).turns] == [None, None, None, 1, 1]


@pytest.mark.parametrize(
    ("listed", "titles"),
    [
        (
            "our CEO, Jane Doe, our CFO, John Roe, and our chief risk officer, Kim Loe",
            ("CEO", "CFO", "chief risk officer"),
        ),
        (
            "Jane Doe, our CEO, John Roe, our CFO, and Kim Loe, our chief risk officer",
            ("CEO", "CFO", "chief risk officer"),
        ),
        (
            "Jane Doe, President and CEO; John Roe, CFO; and Kim Loe, Treasurer",
            ("President and CEO", "CFO", "Treasurer"),
        ),
    ],
)
def test_a_title_is_its_own_in_a_list(listed: str, titles: tuple[str, ...]) -> None:
    text = (
        f"Ann Poe: With me are {listed}.\n\nJane Doe: Hello.\n\nJohn Roe: Hello.\n\nKim Loe: Hello.\n\nJane Doe: Bye.\n"
    )
    found = speakers(text)
    assert tuple(found[name].title for name in ("Jane Doe", "John Roe", "Kim Loe")) == titles


@pytest.mark.parametrize(
    "said",
    [
        "I would like to thank Jane Doe for her work",
        "Jane Doe, could the CFO tell us",
        "Before Jane Doe the CEO of Bar was somebody else",
        "Jane Doerr is our CEO",
    ],
)
def test_who_is_only_spoken_of_has_no_title(said: str) -> None:
    found = speakers(f"John Roe: {said}.\n\nJane Doe: Hello.\n\nJohn Roe: Bye.\n\nJane Doe: Bye.\n")
    assert found["Jane Doe"] == Speaker("Jane Doe", U)


def test_a_first_name_is_whose_full_name_is_introduced() -> None:
    text = "Host: With me are Jane Doe, president and CEO; and John Roe, CFO.\n\nJane: Sales rose.\n\nJohn: Cash too.\n\nJane: Bye.\n"
    found = speakers(text)
    assert found["Jane"] == Speaker("Jane", M, None, "president and CEO")
    assert found["John"] == Speaker("John", M, None, "CFO")


def test_capitals_are_found_in_what_is_said() -> None:
    text = "MODERATOR: Over to Jane Doe, Chief Executive.\n\nJANE DOE: Sales rose.\n\nMODERATOR: Next, Max Hart, Bar Vale.\n\nMAX HART: And cash?\n\nJANE DOE: Flat.\n"
    found = speakers(text)
    assert found["JANE DOE"] == Speaker("JANE DOE", M, None, "Chief Executive")
    assert found["MAX HART"].role is A


def test_a_house_in_parentheses_is_one_where_others_are() -> None:
    text = (
        "主持人:請提問。\n\n陳某(花旗):收入?\n\n管理層:升一成。\n\n"
        "許某(某某行):毛利?\n\n管理層:未有。\n\n周某(Sam):股息?\n\n管理層:不變。\n\n周某(Sam):好。\n"
    )
    found = speakers(text)
    assert found["許某"] == Speaker("許某", A, "某某行")
    assert found["周某(Sam)"].organisation is None


@pytest.mark.parametrize(
    ("label", "speaker"),
    [
        ("【區某 董事長】", Speaker("區某", M, None, "董事長")),
        ("【董事長 區某】", Speaker("區某", M, None, "董事長")),
        ("【某某證券 區某】", Speaker("區某", A, "某某證券")),
        ("【區某,某某證券】", Speaker("區某", A, "某某證券")),
        ("区某 首席财务官", Speaker("区某", M, None, "首席财务官")),
        ("区某 某某证券分析员", Speaker("区某", A, "某某证券", "分析员")),
        ("某某投研 区某:", Speaker("区某", A, "某某投研")),
        ("區某(某某基金)", Speaker("區某", A, "某某基金")),
    ],
)
def test_speakers_as_chinese_calls_set_them(label: str, speaker: Speaker) -> None:
    colon = ":" if label.endswith(":") else ""
    text = f"主持人{colon}\n歡迎。\n\n{label}\n一。\n\n主持人{colon}\n下一位。\n\n{label}\n二。\n"
    assert speakers(text)[speaker.name] == speaker


@pytest.mark.parametrize(
    ("called", "house"),
    [
        ("Next, Max Hart of J.P. Morgan.", "J.P. Morgan"),
        ("We turn to Max Hart from Bar Equity Research.", "Bar Equity Research"),
        ("Max Hart from Stifel has the next one.", "Stifel"),
        ("Max Hart of Brae & Holm has a question.", "Brae & Holm"),
        ("The next question comes from the line of Max Hart with Bar Vale. Please go ahead.", "Bar Vale"),
        ("Max Hart, your line is open.", None),
    ],
)
def test_who_is_called_asks_for_the_house_that_is_named(called: str, house: str | None) -> None:
    text = f"Operator: Welcome.\n\nCEO: Sales rose.\n\nOperator: {called}\n\nMax Hart: And cash?\n\nCEO: Flat.\n"
    assert speakers(text)["Max Hart"] == Speaker("Max Hart", A, house)


@pytest.mark.parametrize(
    ("called", "house"),
    [
        ("下一位,匯某證券的崔某先生。", "匯某證券"),
        ("第一位是某某唯某的崔某小姐。", "某某唯某"),
        ("下一位是摩根士丹利的Justin Ip崔某。", "摩根士丹利"),
        ("有請瑞銀,崔某。", "瑞銀"),
        ("我們的崔某,請。", None),
    ],
)
def test_the_house_in_chinese(called: str, house: str | None) -> None:
    text = f"主持人:歡迎。\n\n管理層:升一成。\n\n主持人:{called}\n\n崔某:毛利呢?\n\n管理層:未有。\n"
    assert speakers(text)["崔某"] == Speaker("崔某", A, house)


ROSTER = """\
某某控股業績會紀要

出席:霍某某先生 主席兼行政總裁;王雪 財務總監;王立某 董事長;李某某博士 首席技術官

主持人:歡迎。首先有請霍生致辭。

霍生:收入升一成。

王雪總:毛利率是三成。

主持人:輪到東豐證券的陳先生。

陳先生:第一,霍生可否講講訂單?第二,李博士,研發呢?

霍生:訂單多咗。

李博士:研發照舊。

王董:股息不變。
"""


def test_whom_a_label_calls_as_one_does_on_the_call_is_who_has_that_family_name() -> None:
    found = speakers(ROSTER)
    assert found["霍生"] == Speaker("霍生", M, None, "主席兼行政總裁")
    assert found["王雪總"] == Speaker("王雪總", M, None, "財務總監")
    assert found["李博士"] == Speaker("李博士", M, None, "首席技術官")
    assert found["王董"] == Speaker("王董", M, None, "董事長")
    assert found["陳先生"] == Speaker("陳先生", A, "東豐證券")


def test_of_two_with_a_family_name_neither_is_meant() -> None:
    text = "主持人:今日有行政總裁霍某一先生、財務總監霍某二先生。\n\n霍生:收入升。\n\n主持人:好。\n\n霍生:完。\n"
    assert speakers(text)["霍生"] == Speaker("霍生", U)


@pytest.mark.parametrize(
    "said", ["Next, Jane Doe joined us in 2021", "Jane Doe, over to you", "Let us hear next what Jane Doe does"]
)
def test_who_is_not_called_to_ask_is_no_analyst(said: str) -> None:
    text = f"Operator: Welcome.\n\nCEO: Sales rose.\n\nOperator: {said}.\n\nJane Doe: Hello.\n\nOperator: Bye.\n\nJane Doe: Bye.\n"
    assert speakers(text)["Jane Doe"].role is not A


@pytest.mark.parametrize(
    ("greeting", "house"),
    [
        ("Hi, this is Jack Roe from Foo Securities. Margins?", "Foo Securities"),
        ("Jack Roe, Birch Mount. On margins?", "Birch Mount"),
        ("This is Jack Roe of Bar Mills. Welcome.", None),
    ],
)
def test_who_asks_for_a_house_says_so(greeting: str, house: str | None) -> None:
    text = f"Bar Mills Investor Day\n\nOperator: Welcome.\n\nCEO: Sales rose.\n\nJack Roe: {greeting}\n\nCEO: Flat.\n\nJack Roe: Thanks.\n"
    assert speakers(text)["Jack Roe"] == Speaker("Jack Roe", A if house else U, house)


@pytest.mark.parametrize("label", ["Speaker 1 (00:31):", "Speaker 1 [0:31]", "发言人1 00:31", "Jane Doe 1:00:31"])
def test_a_time_behind_the_name_is_no_part_of_it(label: str) -> None:
    text = f"Operator: Welcome.\n\n{label}\nSales rose.\n\nOperator: Good.\n\n{label}\nCash too.\n"
    assert label.split(" (")[0].split(" [")[0].split(" 00")[0].split(" 1:")[0] in speakers(text)


def test_a_managing_director_of_the_house_that_is_called_asks() -> None:
    text = (
        "Ann Poe -- Chief Executive\n\nSales rose.\n\nOperator\n\nOur next question comes from Jack Roe with Tarn & Hale.\n\n"
        "Jack Roe -- Tarn & Hale -- Managing Director\n\nMargins?\n\nAnn Poe -- Chief Executive\n\nFlat.\n"
    )
    assert speakers(text)["Jack Roe"] == Speaker("Jack Roe", A, "Tarn & Hale", "Managing Director")


def test_sides_at_the_right_margin() -> None:
    text = "Jack Roe      Q\nAnalyst, Foo Securities LLC\nMargins?\n.....................\nAnn Poe ........ A\nFlat.\n.....................\n"
    transcript = parse(text)
    assert [(t.speaker.name, t.speaker.role, text[t.span.char_start : t.span.char_end]) for t in transcript.turns] == [
        ("Jack Roe", A, "Margins?"),
        ("Ann Poe", M, "Flat."),
    ]


def test_reporters_and_shareholders_ask_where_management_is_introduced() -> None:
    text = (
        "司儀:今日有主席霍某某先生。\n\n霍某某:多謝。\n\n記者(某某日報):會否派特別息?\n\n霍某某:未有計劃。\n\n"
        "某某電視台記者:何時退休?\n\n霍某某:不談。\n\n小股東甲:股價呢?\n\n霍某某:理解。\n"
    )
    found = speakers(text)
    assert found["記者(某某日報)"] == Speaker("記者(某某日報)", A, "某某日報")
    assert found["某某電視台記者"] == Speaker("某某電視台記者", A, "某某電視台")
    assert [turn.exchange for turn in parse(text).turns] == [None, None, 1, 1, 2, 2, 3, 3]


def test_who_presides_and_calls_the_next_answers_nothing() -> None:
    text = (
        "沈某(投資者關係總監):歡迎。\n\n某某證券分析師:毛利?\n\n總裁區某:三成。\n\n"
        "沈某(投資者關係總監):下一位是某某基金的陳某某。\n\n陳某某(某某基金):股息?\n\n總裁區某:不變。\n"
    )
    assert [
        (turn.speaker.name, turn.exchange) for turn in parse(text).turns if turn.speaker.name != "某某證券分析師"
    ] == [
        ("沈某", None),
        ("區某", 1),
        ("沈某", None),
        ("陳某某", 2),
        ("區某", 2),
    ]


def test_a_house_below_a_name_tells_an_analyst() -> None:
    text = (
        "Foo Mills - results call\n\nPARTICIPANTS\n\nJane Doe\nChief Executive Officer\n\nMax Hart\nBar Securities\n\n"
        "TRANSCRIPT\n\nJane Doe\nSales rose.\n\nMax Hart\nDid margins follow?\n\nJane Doe\nNot yet.\n"
    )
    said = [(turn.speaker.name, turn.speaker.role, turn.is_question) for turn in parse(text).turns]
    assert said == [("Jane Doe", M, False), ("Max Hart", A, True), ("Jane Doe", M, False)]


def test_a_mark_names_a_house_and_a_name() -> None:
    found = speakers("Q1（某某證券 馮小姐）：利潤率呢？\nA1：未有。\n")
    assert found["馮小姐"] == Speaker("馮小姐", A, "某某證券")
