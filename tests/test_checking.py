"""Quotes checked against an index: each verdict, and that no altered quote passes and no true one is refused."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import opencc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from rag import sentences
from rag.builder import build
from rag.checking import Finding, Verdict, check, check_one
from rag.checking_view import as_report, findings
from rag.cli import app
from rag.differences import Kind, compare, tokens
from rag.equivalence import form
from rag.errors import SourceError
from rag.matching import Corpus
from rag.opened import OpenIndex, open_index
from rag.quotes import Quote, from_text, read
from rag.render import Style

_CALL = """青禾能源 2024 年第三季度業績會

王小明:

第三季度總收入為 53.1 億元,同比增長 12.5%。毛利率為 38%,同比提升 4 個百分點。非經常性損益約 1,845 萬元。
我們不會在今年調整價格,也沒有收購計劃。儲能業務的訂單較去年增加 30%,但海外運費下降了 −3%。

來自遠山證券的提問者:

請問管理層能不能談談明年的資本開支?加載率會從 3%-6% 上升嗎?我想瞭解於什麼時候投產。

王小明:

明年資本開支約 63.9 億元,高於今年。我們著重於台灣與歐洲市場,每週都有新的訂單;不過,佔比最高的仍是儲能。這裏的用户羣很穩定。
員工人數為 111,000 人,比去年多 2 倍。
"""
_ENGLISH = """Acorn Tools third quarter call

Mary Stone, CFO:

Revenue rose 8% to $1,845 million in the quarter. We are not able to raise prices this year, and we don't expect margins to fall below 40.5%.
Free cash flow was 2.3 billion dollars, up 150 basis points as a share of sales. Our U.S. orders grew 10-12% in Q2.
The coupon is down to 2.2%. Dollar sales were flat.

Operator:

The next question comes from Tom Reed. Please go ahead.
"""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> OpenIndex:
    folder = tmp_path_factory.mktemp("checking")
    (folder / "qinghe.txt").write_text(_CALL, encoding="utf-8")
    (folder / "acorn.txt").write_text(_ENGLISH, encoding="utf-8")
    build(folder / "index", [folder / "qinghe.txt", folder / "acorn.txt"])
    return open_index(folder / "index")


@pytest.fixture(scope="module")
def corpus(opened: OpenIndex) -> Corpus:
    return Corpus(opened)


_TRUE = [
    ("第三季度總收入為 53.1 億元,同比增長 12.5%。", "exact"),
    ("總收入為 53.1 億元", "exact"),
    ("第三季度总收入为53.1亿元，同比增长12.5%", "folded"),
    ("第三季度總收入為 ５３．１ 億元", "folded"),
    ("非經常性損益約 1845 萬元", "folded"),
    ("非經常性損益約 1，845 萬元", "folded"),
    ("非經常性損益約 18,450,000 元", "folded"),
    ("我想了解于什么时候投产", "folded"),
    ("我想瞭解於甚麼時候投產", "folded"),
    ("我們着重於臺灣與歐洲市場,每周都有新的訂單", "folded"),
    ("佔比最高的仍是儲能", "exact"),
    ("不过占比最高的仍是儲能。這裡的用戶群很穩定", "folded"),
    ("總收入為 53.1 億元……毛利率為 38%", "exact"),
    ("总收入为53.1亿元 [...] 毛利率为38%", "folded"),
    ("員工人數為 11.1 萬人", "folded"),
    ("同比增長 12.5%。毛利率為 38%", "exact"),
    ("沒有收購計劃。儲能業務的訂單較去年增加 30%", "exact"),
    ("加載率會從 3%–6% 上升", "folded"),
    ("談談明年的資本開支", "exact"),
    ("REVENUE ROSE 8% to $1845 million", "folded"),
    ("Revenue rose 8 percent to $1,845 million", "folded"),
    ("we don’t expect margins to fall below 40.5%", "folded"),
    ("The coupon is down to 2.2%.", "exact"),
    ("the coupon is down to 2.2 percent", "folded"),
    ("Our US orders grew 10–12% in Q2", "folded"),
]
_ALTERED = [
    ("第三季度總收入為 63.9 億元,同比增長 12.5%。", Kind.FIGURE),
    ("第三季度總收入為 531 億元,同比增長 12.5%。", Kind.FIGURE),
    ("第三季度總收入為 53.1 萬元,同比增長 12.5%。", Kind.UNIT),
    ("總收入為 53.1 億美元,同比增長", Kind.UNIT),
    ("毛利率為 38%,同比提升 4%", Kind.UNIT),
    ("毛利率為 38%,同比下降 4 個百分點", Kind.DIRECTION),
    ("訂單較去年減少 30%", Kind.DIRECTION),
    ("明年資本開支約 63.9 億元,低於今年", Kind.DIRECTION),
    ("我們會在今年調整價格", Kind.NEGATION),
    ("會在今年調整價格", Kind.NEGATION),
    ("經常性損益約 1,845 萬元", Kind.NEGATION),
    ("過,佔比最高的仍是儲能", Kind.WORDING),
    ("能談談明年的資本開支", Kind.WORDING),
    ("也有收購計劃", Kind.NEGATION),
    ("海外運費下降了 3%", Kind.FIGURE),
    ("總收入為 53.1", Kind.UNIT),
    ("3.1 億元,同比增長 12.5%", Kind.FIGURE),
    ("員工人數為 111 人,比去年多 2 倍", Kind.FIGURE),
    ("我們著重於台灣與亞洲市場", Kind.WORDING),
    ("非經常性損益約 1,8450 萬元", Kind.FIGURE),
    ("總收入為 53.1 億元……毛利率為 83%,同比提升", Kind.FIGURE),
    ("Revenue fell 8% to $1,845 million", Kind.DIRECTION),
    ("Revenue rose 8% to $1,845 billion", Kind.UNIT),
    ("We are able to raise prices this year", Kind.NEGATION),
    ("able to raise prices this year", Kind.NEGATION),
    ("We are notable to raise prices this year", Kind.NEGATION),
    ("we do expect margins to fall below 40.5%", Kind.NEGATION),
    ("up 150 percentage points as a share of sales", Kind.UNIT),
    ("evenue rose 8%", Kind.WORDING),
]


@pytest.mark.parametrize(("quote", "verdict"), _TRUE)
def test_true_quotes_hold(corpus: Corpus, quote: str, verdict: str) -> None:
    finding = check_one(corpus, Quote(quote))
    assert finding.verdict == verdict, _shown(finding)
    assert finding.citation is not None


@pytest.mark.parametrize(("quote", "kind"), _ALTERED)
def test_altered_quotes_are_shown_with_what_was_said(corpus: Corpus, quote: str, kind: Kind) -> None:
    finding = check_one(corpus, Quote(quote))
    assert finding.verdict is Verdict.ALTERED, _shown(finding)
    assert kind in {d.kind for d in finding.differences}, _shown(finding)
    citation = finding.citation
    assert citation is not None
    text = _CALL if citation.document == "qinghe" else _ENGLISH
    assert text[citation.span.char_start : citation.span.char_end] == citation.quote


@pytest.mark.parametrize(
    "quote",
    [
        "今天的天氣很好,我們去公園散步",
        "Our factory in Peru will double its output",
        "。。。",
        "毛利率……天氣很好我們散步去",
    ],
)
def test_what_nobody_said_is_not_found(corpus: Corpus, quote: str) -> None:
    assert check_one(corpus, Quote(quote)).verdict is Verdict.NOT_FOUND


def test_parts_must_follow_one_another_in_one_turn(corpus: Corpus) -> None:
    assert not check_one(corpus, Quote("毛利率為 38%……總收入為 53.1 億元")).holds
    assert not check_one(corpus, Quote("毛利率為 38%……明年資本開支約 63.9 億元")).holds
    assert not check_one(corpus, Quote("We are … able to raise prices")).holds


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (Quote("毛利率為 38%", "qinghe", (5, 5)), "exact"),
        (Quote("毛利率為 38%", "qinghe", (1, 9)), "exact"),
        (Quote("毛利率為 38%", "qinghe", (14, 14)), "misattributed"),
        (Quote("毛利率為 38%", "acorn"), "misattributed"),
        (Quote("毛利率為 38%", "nowhere", (5, 5)), "misattributed"),
        (Quote("毛利率為 38%", "qinghe", speaker="王小明"), "exact"),
        (Quote("毛利率為 38%", "qinghe", speaker="來自遠山證券的提問者"), "misattributed"),
        (Quote("我想瞭解於什麼時候投產", "qinghe", speaker="遠山證券"), "exact"),
        (Quote("毛利率為 38%", "qinghe", span=(_CALL.index("毛利率"), _CALL.index("毛利率") + 8)), "exact"),
        (Quote("毛利率為 38%", "qinghe", span=(0, 8)), "misattributed"),
        (Quote("毛利率為 38%", "qinghe", span=(10**30, 10**31)), "misattributed"),
        (Quote("毛利率為 39%", "qinghe", (5, 5)), "altered"),
    ],
)
def test_the_claimed_place_and_speaker_count(corpus: Corpus, claim: Quote, verdict: str) -> None:
    finding = check_one(corpus, claim)
    assert finding.verdict == verdict, _shown(finding)


_SENTENCES = [
    text[a:b] for text in (_CALL, _ENGLISH) for a, b in sentences.split(text) if len(form(text[a:b]).text) > 4
]
_CONVERTERS = {name: opencc.OpenCC(name) for name in ("s2t", "t2s", "s2tw", "s2hk")}
_PUNCTUATION = str.maketrans({"。": ".", ";": "；", "?": "？", "’": "'", "'": "’"})
_PROPERTY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@_PROPERTY
@given(
    st.sampled_from(_SENTENCES),
    st.sampled_from([None, *_CONVERTERS]),
    st.sampled_from(["as is", "wide", "narrow"]),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_a_sentence_written_otherwise_still_holds(
    corpus: Corpus, sentence: str, script: str | None, width: str, spaced: bool, chance: object
) -> None:
    quote = _CONVERTERS[script].convert(sentence) if script else sentence
    if width == "wide":
        quote = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in quote)
    elif width == "narrow":
        quote = unicodedata.normalize("NFKC", quote).translate(_PUNCTUATION)
    if spaced:
        quote = "".join(c + (" " if "\u4e00" <= c <= "\u9fff" and chance.random() < 0.3 else "") for c in quote)  # type: ignore[attr-defined]
    finding = check_one(corpus, Quote(quote))
    assert finding.holds, (quote, _shown(finding))


_SWAPS = [("億", "萬"), ("%", "‰"), ("個百分點", "%"), ("million", "billion"), ("增長", "下降"), ("增加", "減少"), ("上升", "下降"), ("高於", "低於"), ("提升", "降低"), ("rose", "fell"), ("up", "down"), ("below", "above"), ("grew", "shrank"), ("不", ""), ("沒有", "有"), ("非", ""), ("not ", ""), ("n't", ""), ("為", "不為"), ("都", "都不"), ("−", "")]  # fmt: skip


@_PROPERTY
@given(st.data())
def test_a_sentence_with_one_thing_altered_does_not_hold(corpus: Corpus, data: st.DataObject) -> None:
    sentence = data.draw(st.sampled_from(_SENTENCES))
    digits = [at for at, c in enumerate(sentence) if c.isdigit()]
    han = [at for at, c in enumerate(sentence) if "\u4e00" <= c <= "\u9fff"]
    ways = [("swap", old, new) for old, new in _SWAPS if old in sentence]
    ways += [("digit", "", "")] * bool(digits) + [("character", "", "")] * bool(han)
    if not ways:
        return
    way, old, new = data.draw(st.sampled_from(ways))
    if way == "swap":
        quote = sentence.replace(old, new, 1)
    elif way == "digit":
        at = data.draw(st.sampled_from(digits))
        quote = sentence[:at] + str((int(sentence[at]) + data.draw(st.integers(1, 9))) % 10) + sentence[at + 1 :]
    else:
        at = data.draw(st.sampled_from(han))
        other = data.draw(
            st.sampled_from([c for c in "我公司業務市場天氣山水風花用國" if form(c).loose != form(sentence[at]).loose])
        )
        quote = sentence[:at] + other + sentence[at + 1 :]
    finding = check_one(corpus, Quote(quote))
    assert not finding.holds, (quote, _shown(finding))


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_has_a_form_and_tokens(text: str) -> None:
    made = form(text)
    assert len(made.text) == len(made.loose)
    for token in tokens(made):
        assert made.text[token.start : token.end].strip()
        made.source(token.start, token.end)
    assert not compare(made, tokens(made), made, tokens(made))


@given(st.text(alphabet='ab 「」『』“”"><[]():1-\n\\*…^`', max_size=120))
@settings(max_examples=300, deadline=None)
def test_quotes_of_any_text_are_read(text: str) -> None:
    assert all(quote.text.strip() for quote in from_text(text))


def test_quotes_are_read_with_their_citations() -> None:
    text = (
        '他說「甲『乙』丙」[qinghe:5],“two words”(acorn:5-6 · Mary Stone) and "straight one". It\'s 5" wide.\n\n'
        "> a block\n> of two lines [acorn:9]\n\n> 「marked」\n> — Mary Stone, acorn:5\n\n"
        '「有註」[^1] 「無註」\n\n```\n"code"\n```\n\n[^1]: qinghe\\-x:7 · 王小明\n'
    )
    assert [(q.text, q.document, q.lines) for q in from_text(text)] == [
        ("甲『乙』丙", "qinghe", (5, 5)),
        ("two words", "acorn", (5, 6)),
        ("straight one", None, None),
        ("a block\nof two lines", "acorn", (9, 9)),
        ("marked", "acorn", (5, 5)),
        ("有註", "qinghe-x", (7, 7)),
        ("無註", None, None),
    ]


def test_an_answer_whose_text_says_more_than_its_citations_is_caught(opened: OpenIndex) -> None:
    cited = {"document": "qinghe", "quote": "毛利率為 38%", "line_start": 5, "line_end": 5, "number": 1}
    answer = {"answer": "「毛利率為 38%」[1] 「毛利率為 83%」[1]", "citations": [cited]}
    found = check(opened, read(None, json.dumps(answer).encode(), is_text=False))
    assert [f.verdict for f in found] == ["exact", "altered"]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"\xff\xfe\x00\x01", b"\x00" * 50, b"1", b"{}", b'{"citations": 3}', b'{"citations": [3]}', b'{"citations": [{}]}', b"[" * 200_000,
        b'{"citations": [{"quote": 1}]}', b'{"citations": [{"quote": "a", "char_start": "x", "char_end": 1}]}', b'{"citations": [{"quote": "a", "char_start": true, "char_end": 1}]}',
        b'{"citations": [{"quote": "a", "char_start": 1}]}', b'{"citations": [{"quote": "a", "line_start": -1}]}', b'{"citations": [{"quote": "a", "document": []}]}', b"9" * 5000,
        b'{"citations": [{"quote": "a", "speaker": {}}]}',
    ],
)  # fmt: skip
def test_unusable_answers_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(SourceError):
        read(None, data, is_text=False)


def test_the_command(opened: OpenIndex, tmp_path: Path) -> None:
    def run(*arguments: str, given: str | None = None) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["check", "--index", str(opened.folder), *arguments], input=given)
        return result.exit_code, result.stdout

    report = tmp_path / "report.md"
    report.write_text("「毛利率為 38%」[qinghe:5]", encoding="utf-8")
    assert run("--text", str(report))[0] == 0
    code, printed = run("--text", "-", "--json", given="「毛利率為 83%」")
    assert (code, json.loads(printed)["quotes"][0]["verdict"]) == (1, "altered")
    assert json.loads(printed)["quotes"][0]["differences"] == [{"kind": "figure", "quoted": "83%", "source": "38%"}]
    assert run("--text", "-", given="nothing quoted")[0] == 1
    assert run(str(report))[0] == 3
    assert run(str(tmp_path / "missing.json"))[0] == 3
    assert run(str(tmp_path))[0] == 3
    assert run()[0] == 2
    assert run("-", given='{"citations": [{"document": "qinghe", "quote": "\\ud800毛利率"}]}')[0] == 1


def test_findings_are_shown_and_counted(opened: OpenIndex) -> None:
    found = check(opened, [Quote("毛利率為 38%"), Quote("毛利率為 83%"), Quote("\x1b[31m沒有人這樣說過\u202e")])
    shown = findings(found, Style(colour=False))
    assert "figure: quoted 「83%」, said 「38%」" in shown and "\x1b" not in shown and "\u202e" not in shown
    assert as_report(found)["counts"] == {"exact": 1, "folded": 0, "misattributed": 0, "altered": 1, "not found": 1}
    assert not as_report([])["holds"]


def _shown(finding: Finding) -> str:
    return f"{finding.quote.text!r}: {finding.verdict} {finding.note} {[(str(d.kind), d.quoted, d.source) for d in finding.differences]}"
