"""Which lines name a speaker, whom they name, and which lines only look as if they did."""

from __future__ import annotations

import pytest

from rag.records import Role, Speaker
from rag.transcripts.label_shapes import Strength
from rag.transcripts.speakers import MAX_LABEL, recognise

M, A, O, U = Role.MANAGEMENT, Role.ANALYST, Role.OPERATOR, Role.UNKNOWN
SURE, MARK, NAME, INTRODUCED = Strength.SURE, Strength.MARK, Strength.NAME, Strength.INTRODUCED
WIDE_COLON = "\uff1a"

SHAPES = [
    # A role alone on a line.
    ("騰訊管理層:", Speaker("騰訊管理層", M, "騰訊"), SURE),
    ("騰訊管理層" + WIDE_COLON, Speaker("騰訊管理層", M, "騰訊"), SURE),
    ("腾讯管理层回答:", Speaker("腾讯管理层回答", M, "腾讯"), SURE),
    ("華為管理層:", Speaker("華為管理層", M, "華為"), SURE),
    ("公司管理層:", Speaker("公司管理層", M), SURE),
    ("管理層回答:", Speaker("管理層回答", M), SURE),
    ("管理层补充:", Speaker("管理层补充", M), SURE),
    ("提問者問:", Speaker("提問者問", A), SURE),
    ("提问者" + WIDE_COLON, Speaker("提问者", A), SURE),
    ("分析師:", Speaker("分析師", A), SURE),
    ("花旗分析師:", Speaker("花旗分析師", A, "花旗"), SURE),
    ("來自花旗的提問者:", Speaker("來自花旗的提問者", A, "花旗"), SURE),
    ("来自摩根大通的分析师" + WIDE_COLON, Speaker("来自摩根大通的分析师", A, "摩根大通"), SURE),
    ("來自 UBS 的提問者:", Speaker("來自 UBS 的提問者", A, "UBS"), SURE),
    ("主持人:", Speaker("主持人", O), SURE),
    ("接線員:", Speaker("接線員", O), SURE),
    ("接线员:歡迎各位。", Speaker("接线员", O), SURE),
    ("**管理層回答:**", Speaker("管理層回答", M), SURE),
    ("**管理層回答**" + WIDE_COLON, Speaker("管理層回答", M), SURE),
    ("__主持人__: 早安。", Speaker("主持人", O), SURE),
    ("Operator", Speaker("Operator", O), SURE),
    ("OPERATOR:", Speaker("OPERATOR", O), SURE),
    ("Moderator: Good day.", Speaker("Moderator", O), SURE),
    ("Unidentified Analyst", Speaker("Unidentified Analyst", A), SURE),
    ("Unidentified Speaker:", Speaker("Unidentified Speaker", U), SURE),
    ("Management:", Speaker("Management", M), SURE),
    ("Unknown Attendee", Speaker("Unknown Attendee", U), SURE),
    ("Speaker 1:", Speaker("Speaker 1", U), SURE),
    ("Speaker 12: Thanks.", Speaker("Speaker 12", U), SURE),
    ("發言人 1:", Speaker("發言人 1", U), SURE),
    ("讲者2" + WIDE_COLON, Speaker("讲者2", U), SURE),
    ("分析師2:", Speaker("分析師2", A), SURE),
    ("分析師 A:", Speaker("分析師 A", A), SURE),
    ("提問者甲:請問", Speaker("提問者甲", A), SURE),
    ("花旗分析師B:", Speaker("花旗分析師B", A, "花旗"), SURE),
    ("管理層一:", Speaker("管理層一", M), SURE),
    ("Analyst 1:", Speaker("Analyst 1", A), SURE),
    ("Analyst B: How so?", Speaker("Analyst B", A), SURE),
    ("Executive #2:", Speaker("Executive #2", M), SURE),
    ("Speaker B:", Speaker("Speaker B", U), SURE),
    ("講者A:", Speaker("講者A", U), SURE),
    ("花旗證券 分析師:", Speaker("花旗證券 分析師", A, "花旗證券"), SURE),
    ("來自花旗的分析師張三:", Speaker("張三", A, "花旗"), SURE),
    ("高管:", Speaker("高管", M), SURE),
    ("林雅 財務長:", Speaker("林雅", M, None, "財務長"), SURE),
    ("財務長林小姐:", Speaker("林小姐", M, None, "財務長"), SURE),
    ("陳明遠董事長:", Speaker("陳明遠", M, None, "董事長"), SURE),
    ("陳董事長:", Speaker("陳董事長", M, None, "董事長"), SURE),
    ("騰訊董事長:", Speaker("騰訊董事長", M, "騰訊", "董事長"), SURE),
    ("金山首席執行官:", Speaker("金山首席執行官", M, "金山", "首席執行官"), SURE),
    ("王分析師(凱基):", Speaker("王分析師", A, "凱基"), SURE),
    ("凱基王分析師:", Speaker("凱基王分析師", A, "凱基"), SURE),
    ("王大明分析師:", Speaker("王大明分析師", A), SURE),
    # A name with what stands beside it, parted by dashes.
    ("Jane Doe -- Foo Securities -- Analyst", Speaker("Jane Doe", A, "Foo Securities", "Analyst"), SURE),
    ("Jane Doe -- Foo Bar -- Analyst", Speaker("Jane Doe", A, "Foo Bar", "Analyst"), SURE),
    ("Jane Doe -- Chief Financial Officer", Speaker("Jane Doe", M, None, "Chief Financial Officer"), SURE),
    ("Jane Doe \u2014 Goldman Sachs \u2014 Analyst", Speaker("Jane Doe", A, "Goldman Sachs", "Analyst"), SURE),
    ("Jane Doe \u2013 CFO", Speaker("Jane Doe", M, None, "CFO"), SURE),
    ("Jane Doe - President and Chief Executive Officer",
     Speaker("Jane Doe", M, None, "President and Chief Executive Officer"), SURE),
    ("Jane Doe - Goldman Sachs - Managing Director",
     Speaker("Jane Doe", A, "Goldman Sachs", "Managing Director"), SURE),
    ("J. P. O'Neil-Smith, Jr. -- Vice President, Investor Relations",
     Speaker("J. P. O'Neil-Smith, Jr.", M, None, "Vice President, Investor Relations"), SURE),
    ("Ludwig van der Berg -- Foo Corp. -- Chief Operating Officer",
     Speaker("Ludwig van der Berg", M, "Foo Corp.", "Chief Operating Officer"), SURE),
    ("Jane Doe, Foo Corp. - CFO", Speaker("Jane Doe", M, "Foo Corp.", "CFO"), SURE),
    ("Jane Doe -- Foo Bar", Speaker("Jane Doe", A, "Foo Bar"), NAME),
    ("沈某 - 首席財務官", Speaker("沈某", M, None, "首席財務官"), SURE),
    # A title and a name.
    ("首席執行官 沈某:", Speaker("沈某", M, None, "首席執行官"), SURE),
    ("首席執行官沈某" + WIDE_COLON + "謝謝各位。", Speaker("沈某", M, None, "首席執行官"), SURE),
    ("首席财务官 沈某:", Speaker("沈某", M, None, "首席财务官"), SURE),
    ("騰訊總裁劉某某:", Speaker("劉某某", M, "騰訊", "總裁"), SURE),
    ("董事會主席兼首席執行官 馬某:", Speaker("馬某", M, None, "董事會主席兼首席執行官"), SURE),
    ("花旗分析師 張三:", Speaker("張三", A, "花旗", "分析師"), SURE),
    ("沈某 首席執行官:", Speaker("沈某", M, None, "首席執行官"), SURE),
    ("沈某(首席執行官):", Speaker("沈某", M, None, "首席執行官"), SURE),
    ("沈某\uff08首席執行官\uff09\uff1a好。", Speaker("沈某", M, None, "首席執行官"), SURE),
    ("首席執行官:", Speaker("首席執行官", M, None, "首席執行官"), SURE),
    ("CFO Jane Doe: Thanks.", Speaker("Jane Doe", M, None, "CFO"), SURE),
    ("Jane Doe (CFO): Thanks.", Speaker("Jane Doe", M, None, "CFO"), SURE),
    ("Jane Doe, CFO: Thanks.", Speaker("Jane Doe", M, None, "CFO"), SURE),
    ("Jane Doe (Citi): Thanks.", Speaker("Jane Doe", A, "Citi"), SURE),
    ("Analyst Jane Doe: Thanks.", Speaker("Jane Doe", A, None, "Analyst"), SURE),
    ("董秘:", Speaker("董秘", M, None, "董秘"), SURE),
    ("Jane Doe, Citi:", Speaker("Jane Doe", A, "Citi"), SURE),
    ("沈某(某某資產管理):", Speaker("沈某", A, "某某資產管理"), SURE),
    ("Jane Doe\uff08嘉某投資\uff09:", Speaker("Jane Doe", A, "嘉某投資"), SURE),
    ("沈某(執行董事, 發展):", Speaker("沈某", M, "發展", "執行董事"), SURE),
    # What stands beside it tells that it is a name, whatever the first character.
    ("區某某(行政總裁):", Speaker("區某某", M, None, "行政總裁"), SURE),
    ("煜某(財務總監):", Speaker("煜某", M, None, "財務總監"), SURE),
    ("主持人(董事會秘書 傅某):", Speaker("主持人", O, None, "董事會秘書 傅某"), SURE),
    # Bold, or in capitals, with a comma.
    ("JANE DOE, FOO CAPITAL MARKETS", Speaker("JANE DOE", A, "FOO CAPITAL MARKETS"), SURE),
    ("JANE DOE, FOO BAR", Speaker("JANE DOE", A, "FOO BAR"), NAME),
    ("**Jane Doe (JD), CFO**", Speaker("Jane Doe (JD)", M, None, "CFO"), SURE),
    ("**Jane Doe, Morgan Stanley**", Speaker("Jane Doe", A, "Morgan Stanley"), SURE),
    ("**Jane Doe, Foo Bar**", Speaker("Jane Doe", A, "Foo Bar"), NAME),
    ("**沈某(Sam), 首席財務官**", Speaker("沈某(Sam)", M, None, "首席財務官"), SURE),
    # Marks.
    ("Question 3:", Speaker("Question 3", A), MARK),
    ("問題一:", Speaker("問題一", A), MARK),
    ("Answer:", Speaker("Answer", M), MARK),
    ("Q (Jane Doe, Citi):", Speaker("Jane Doe", A, "Citi"), MARK),
    ("A - Operator", Speaker("Operator", O), SURE),
    ("Q1: How so?", Speaker("Q1", A), MARK),
    ("Q:", Speaker("Q", A), MARK),
    ("A: Like this.", Speaker("A", M), MARK),
    ("A1(沈某): 是的。", Speaker("沈某", M), MARK),
    ("問:怎麼看?", Speaker("問", A), MARK),
    ("投資人:怎麼看?", Speaker("投資人", A), MARK),
    ("媒體提問:", Speaker("媒體提問", A), MARK),
    ("记者B" + WIDE_COLON, Speaker("记者B", A), MARK),
    ("答" + WIDE_COLON, Speaker("答", M), MARK),
    ("**Q:** How so?", Speaker("Q", A), MARK),
    ("Q (Foo Securities):", Speaker("Q (Foo Securities)", A, "Foo Securities"), MARK),
    ("Q - Jane Doe, Foo Bar:", Speaker("Jane Doe", A, "Foo Bar"), SURE),
    ("Q - Jane Doe, Foo Bar: How so?", Speaker("Jane Doe", A, "Foo Bar"), SURE),
    ("A - John Roe, CEO:", Speaker("John Roe", M, None, "CEO"), SURE),
    ("A - John Roe", Speaker("John Roe", M), SURE),
    # A name alone.
    ("花旗:", Speaker("花旗", A, "花旗"), NAME),
    ("Goldman Sachs: Thanks.", Speaker("Goldman Sachs", A, "Goldman Sachs"), NAME),
    ("Jane Doe (JD):", Speaker("Jane Doe (JD)"), NAME),
    ("Jane Doe:", Speaker("Jane Doe"), NAME),
    ("Jane Doe: Thanks.", Speaker("Jane Doe"), NAME),
    ("Martin: Thanks.", Speaker("Martin"), NAME),
    ("沈某:謝謝。", Speaker("沈某"), NAME),
    ("歐陽某某:謝謝。", Speaker("歐陽某某"), NAME),
    ("傅某:謝謝。", Speaker("傅某"), NAME),
    ("**Jane Doe**", Speaker("Jane Doe"), NAME),
    ("Jane Doe", Speaker("Jane Doe"), INTRODUCED),
]  # fmt: skip


@pytest.mark.parametrize(("line", "speaker", "strength"), SHAPES, ids=[shape[0] for shape in SHAPES])
def test_a_speaker_line_is_recognised(line: str, speaker: Speaker, strength: Strength) -> None:
    label = recognise(line)
    assert label is not None
    assert (label.speaker, label.strength) == (speaker, strength)


NO_SPEAKERS = [
    "",
    "   ",
    ":",
    "**",
    "** **",
    "****:",
    "包括:",
    "其中" + WIDE_COLON,
    "以下為本次會議的記錄:",
    "理財(投資):",
    "備註(董事會):",
    "封測:好。",
    "Foo Learning Systems \u2013 Fiscal 2025 Third Quarter Conference Call",
    "以下是管理層:",
    "對於管理層:",
    "我們看好的方向有很多,包括:",
    "Here are some of the points:",
    "Our goals are as follows:",
    "Our Goals:",
    "Three Key Goals:",
    "  • 轉化率(Conversion rate): 比去年高。",
    "- Jane Doe: a bullet",
    "* Jane Doe: a bullet",
    "1. Jane Doe: a numbered bullet",
    "Note: figures are rounded.",
    "Source: company filings",
    "資料來源:公司公告",
    "数据来源" + WIDE_COLON + "公司公告",
    "注:以上數字未經審計。",
    "http://example.org/page",
    "https://example.org",
    "10:30",
    "10:30 開始",
    "At 10:30 we start.",
    "2025-08-13 10:30",
    "Revenue: $5 billion",
    "Net Income: 4.2",
    "Gross Margin - President",
    "營業收入:五億",
    "毛利率:百分之五十",
    "管理層表示:",
    "分析師會議:",
    "管理層級:",
    "投資人關注的是:",
    "媒體業務:",
    "Analyst 1",
    "Analyst Day 2: what we said",
    "首席執行官表示:",
    "謝謝:",
    "謝謝大家:",
    "[Operator Instructions]",
    "Operator, please go ahead.",
    "Operator instructions were given by the host.",
    "(管理層):",
    "> Jane Doe: quoted",
    "# Operator",
    "「管理層:」",
    "We grew, as the CFO said, by a lot: ten percent.",
    "Jane Doe - who is our CFO - will speak next.",
    "Thank you -- and now the President.",
    "Q3 revenue: up",
    "Answering your question: yes.",
    "問題是這樣的:",
    "**Margins, costs and cash**",
    "**What comes next**",
    "Jane Doe, our CFO, will speak.",
    "Latin America: sales doubled.",
    "Asia Pacific: sales doubled.",
    "Speaker 1",
    "x" * (MAX_LABEL + 1) + ":",
    " " * (MAX_LABEL + 1) + "Operator:",
]


@pytest.mark.parametrize("line", NO_SPEAKERS)
def test_a_line_that_only_looks_like_one_is_not(line: str) -> None:
    assert recognise(line) is None


@pytest.mark.parametrize(
    ("line", "naming", "follows"),
    [
        ("  Operator: Hello.", "Operator:", True),
        ("\u3000\u3000主持人" + WIDE_COLON + "早。", "主持人" + WIDE_COLON, True),
        ("管理層回答:   ", "管理層回答:", False),
        ("**Operator:** Hello.", "**Operator:**", True),
        ("**Operator**: Hello.", "**Operator**:", True),
        ("**Operator:**", "**Operator:**", False),
        ("Jane Doe -- CFO  ", "Jane Doe -- CFO", False),
        ("**Jane Doe, CFO**", "**Jane Doe, CFO**", False),
        ("Operator: " + "word " * 100, "Operator:", True),
    ],
)
def test_a_label_is_the_naming_part_without_blanks(line: str, naming: str, follows: bool) -> None:
    label = recognise(line)
    assert label is not None
    assert line[label.start : label.end] == naming
    assert label.text_follows is follows


@pytest.mark.parametrize(
    ("line", "asks"),
    [("Q:", True), ("問:", True), ("提問者問:", True), ("A:", False), ("管理層回答:", False), ("Jane Doe:", None)],
)
def test_a_label_says_whether_it_asks(line: str, asks: bool | None) -> None:
    label = recognise(line)
    assert label is not None
    assert label.asks is asks


@pytest.mark.parametrize(
    ("line", "bold_end", "speaker"),
    [
        ("Jane Doe", 8, "Jane Doe"),
        ("  Jane Doe", 10, "Jane Doe"),
        ("Jane Doe, Foo Bar", 17, "Jane Doe"),
        ("Jane Doe: Thanks.", 9, "Jane Doe"),
    ],
)
def test_bold_type_marks_a_label_as_bold_marks_do(line: str, bold_end: int, speaker: str) -> None:
    label = recognise(line, bold_end)
    assert label is not None
    assert (label.speaker.name, label.strength, label.layout.bold) == (speaker, NAME, True)
    plain = recognise(line)
    assert plain is None or not plain.layout.bold
