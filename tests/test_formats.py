"""One call in every format that is read: the same words, speakers and answers, and the right times and pages."""

from __future__ import annotations

import html
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest

from rag import inspection, passages, pipeline, transcripts
from rag.citation import as_json
from rag.errors import SourceError
from rag.opened import open_index
from rag.places import page, places, times
from rag.records import Answer, SectionKind, Transcript

from .conftest import RunRag, build_here

FIXTURES = Path(__file__).parent / "fixtures"
DOCUMENTS = ["call.docx", "call.odt", "call.html", "call.pdf"]
SPEECH = ["call.srt", "call.vtt", "rolling.vtt", "call.json"]
OTHERS = ["call.docx", "call.html", "call.pdf", "call.srt", "call.vtt", "call.json"]
ALL = ["call.txt", *DOCUMENTS, *SPEECH, "funasr.json", "columns.pdf"]

QUESTIONS = [
    "第三季總收入是多少?",
    "淨利潤為什麼增長?",
    "手術機器人什麼時候開始貢獻收入?",
    "崑山二廠什麼時候投產?",
    "港口項目的毛利率是多少?",
    "派息比率會改變嗎?",
    "研發費用是多少?",
    "會不會跟隨競爭對手降價?",
    "公司會回購多少股份?",
    "What was the gross margin?",
    "How much will wages rise next year?",
    "What is the full-year revenue guidance?",
    "今晚台北會下雨嗎?",
]
TABLE_QUESTION = "協作機械臂第三季的收入是多少?"


def read(name: str) -> Transcript:
    return transcripts.read(FIXTURES / name)


def squeezed(text: str) -> str:
    return "".join(text.split())


def said(transcript: Transcript) -> list[tuple[object, ...]]:
    """Each turn: who speaks, in which exchange, and the words without white space."""
    text = transcript.text
    return [
        (turn.speaker, turn.exchange, turn.is_question, squeezed(text[turn.span.char_start : turn.span.char_end]))
        for turn in transcript.turns
    ]


# What is understood.


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_understood_as_its_plain_text_is(name: str) -> None:
    plain, document = read("call.txt"), read(name)
    # A PDF has its bullets drawn, not written.
    assert [(s, e, q, w.replace("•", "")) for s, e, q, w in said(document)] == [
        (s, e, q, w.replace("•", "")) for s, e, q, w in said(plain)
    ]
    assert [(s.kind, s.title) for s in document.sections] == [(s.kind, s.title) for s in plain.sections]
    assert (document.title, document.date) == (plain.title, plain.date) != (None, None)


@pytest.mark.parametrize("name", SPEECH)
def test_speech_is_understood_as_the_plain_text_is(name: str) -> None:
    plain, speech = said(read("call.txt")), said(read(name))
    assert [turn[:3] for turn in speech] == [turn[:3] for turn in plain]
    for before, after in zip(plain, speech, strict=True):
        # Nobody reads out bullets and tables.
        assert after[3] == before[3].replace("•", "").partition("各項業務的收入如下表:")[0] or "如下表" in before[3]
    assert [turn[3] for turn in speech] == [turn[3] for turn in said(read("call.srt"))]


def test_numbered_speakers_keep_their_numbers() -> None:
    turns = said(read("funasr.json"))
    assert [turn[3] for turn in turns] == [turn[3] for turn in said(read("call.json"))]
    assert turns[0][0].name == "Speaker 0" and len({turn[0].name for turn in turns}) == 7  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ALL)
def test_passages_and_their_places_fit_the_text(name: str) -> None:
    transcript = read(name)
    text, marks = transcript.text, transcript.marks
    starts = [mark.char_start for mark in marks]
    assert starts == sorted(set(starts)) and all(0 <= start < len(text) for start in starts)
    assert "".join(text[s.span.char_start : s.span.char_end] for s in transcript.sections) == text
    where = places(text, marks)
    found = passages.split(transcript, "call")
    assert found
    for passage in found:
        span = passage.span
        assert text[span.char_start : span.char_end] == passage.text == passage.text.strip()
        assert where.span(span.char_start, span.char_end) == span
    assert (transcript.format == "text") == (name == "call.txt")


@pytest.mark.parametrize("name", ["call.srt", "call.vtt", "rolling.vtt"])
def test_lines_are_those_of_the_subtitle_file(name: str) -> None:
    transcript = read(name)
    lines = (FIXTURES / name).read_text(encoding="utf-8").split("\n")
    rows = places(transcript.text, transcript.marks).rows()
    assert len(rows) > 50
    for row in rows:
        shown = html.unescape(re.sub(r"<[^>]*>", "", lines[row.number - 1]))
        words = transcript.text[row.start : row.end].split("\n")[-1]
        assert squeezed(shown).endswith(squeezed(words)) and words


@pytest.mark.parametrize("name", [*SPEECH, "funasr.json"])
def test_times_are_those_of_the_words(name: str) -> None:
    transcript = read(name)
    start = transcript.text.index("崑山二廠的主體結構")
    end = transcript.text.index("投產。滿產") + 3
    begins, ends = times(transcript.marks, start, end)
    assert begins == pytest.approx(189.48) and ends == pytest.approx(197.56, abs=0.02)
    turn = next(turn for turn in transcript.turns if turn.span.char_start <= start < turn.span.char_end)
    assert turn.time_start == begins and turn.time_end is not None and turn.time_end > 203


@pytest.mark.parametrize(("words", "expected"), [("減速器改為自製", 1), ("資本開支為", 2), ("封頂", 3), ("回購", 4)])
def test_pages_are_those_of_the_words(words: str, expected: int) -> None:
    transcript = read("call.pdf")
    assert page(transcript.marks, transcript.text.index(words)) == expected


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_stands_around_the_call_is_left_out(name: str) -> None:
    text = read(name).text
    for other in ("版權所有", "首頁", "登入", "Cookie", "tracking", "相關新聞", "油價", "臉書", "私隱", "1 / 4"):
        assert other not in text
    assert text.count("海岳機器人 業績電話會") == 0


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_row_of_a_table_says_what_its_figures_are(name: str) -> None:
    rows = [line for line in read(name).text.split("\n") if line.startswith("協作機械臂")]
    assert rows == ["協作機械臂 | 2025年第三季 27.9億元 | 2024年第三季 24.8億元"]


def test_a_pages_metadata_are_taken() -> None:
    page_ = read("call.html")
    assert page_.byline == "港灣財訊 · 林某某 · 2025-11-12"
    assert page_.date == "2025-11-12"


def test_columns_are_read_one_after_the_other_and_hyphens_taken_out() -> None:
    text = read("columns.pdf").text
    assert "Our warehouse business grew by nineteen percent in the quarter." in text
    assert "We keep our full-year guidance, and we will review the dividend in October." in text
    order = [text.index(word) for word in ("muted", "Gdansk", "Gross margin", "Inventory", "programme")]
    assert order == sorted(order)
    assert [turn.speaker.name for turn in read("columns.pdf").turns] == ["Operator", "Ann Poe", "Bob Roe", "Ann Poe"]


def drawn(*words: tuple[int, int, int, str]) -> bytes:
    """A page of A4 with words drawn at x and y, so many points between their characters."""
    content = "\n".join(
        f"BT /F 12 Tf {gap} Tc {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET" for x, y, gap, text in words
    )
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 1/Kids[5 0 R]>>",
        "<</Type/Font/Subtype/Type0/BaseFont/Song/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>",
        "<</Type/Font/Subtype/CIDFontType0/BaseFont/Song/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>/Contents 6 0 R>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
    ]
    numbered = "".join(f"{number} 0 obj\n{body}\nendobj\n" for number, body in enumerate(objects, 1))
    # Without a table of its objects: readers look for them.
    return f"%PDF-1.4\n{numbered}trailer<</Size 7/Root 1 0 R>>\n%%EOF".encode()


def test_what_a_browser_prints_around_a_page_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(
        drawn(
            (40, 820, 0, "2026/11/24 下午3:37"),
            (300, 820, 0, "業績會 - 財訊網"),
            (40, 700, 0, "主持人:歡迎參加電話會議。"),
            (40, 20, 0, "https://example.com/a"),
            (540, 20, 0, "1/1"),
        )
    )
    assert transcripts.read(tmp_path / "a.pdf").text == "主持人:歡迎參加電話會議。\n"


def _drawing(content: bytes, filters: str, form: bytes = b"") -> bytes:
    """A page that draws a stream so encoded, which may draw the form /X; that one may draw itself."""
    streams = (content, filters), (form, "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources 6 0 R")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources 6 0 R/Contents 4 0 R>>",
        *(f"<</Length {len(data)}{said}>>stream\n".encode() + data + b"\nendstream" for data, said in streams),
        b"<</XObject<</X 5 0 R>>>>",
    ]
    numbered = b"".join(b"%d 0 obj\n%b\nendobj\n" % (number, body) for number, body in enumerate(objects, 1))
    return b"%PDF-1.4\n" + numbered + b"trailer<</Size 7/Root 1 0 R>>\n%%EOF"


_FLATE = "/Filter/FlateDecode"
_BOMB = zlib.compress(bytes(1 << 20) * 600, 9)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(_drawing(_BOMB, _FLATE), id="a stream of 600 MB"),
        pytest.param(_drawing(_BOMB[:-5], _FLATE), id="a broken one"),
        pytest.param(_drawing(zlib.compress(_BOMB, 9), "/Filter[/FlateDecode/FlateDecode]"), id="one within another"),
        pytest.param(_drawing(b"\x81a" * (3 << 20), "/Filter/RunLengthDecode"), id="runs of one character"),
        pytest.param(
            _drawing(zlib.compress(bytes(99)), _FLATE + "/DecodeParms<</Predictor 12/Columns 9000000000>>"), id="a wide row"
        ),
        pytest.param(_drawing(zlib.compress(b"0 0 m 9 9 l S " * 200_000), _FLATE), id="lines without end"),
    ],
)  # fmt: skip
def test_a_pdf_that_swells_is_refused_at_little_cost(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(data)
    program = (
        "import sys, time; from rag import transcripts; from rag.errors import SourceError\n"
        "try: transcripts.read(__import__('pathlib').Path(sys.argv[1]))\n"
        "except SourceError as error: print(error)\n"
        # Not ru_maxrss: that of a child begins with its parent's.
        "print(int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) // 1024, time.process_time())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "a.pdf")], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    said, figures = done.stdout.strip().splitlines()
    assert "unpacks to more than a transcript does" in said
    megabytes, seconds = map(float, figures.split())
    assert megabytes < 700 and seconds < 20


def test_han_characters_set_apart_are_not_parted_by_blanks(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(drawn((40, 700, 5, "大約四十億元用於蘇州三期")))
    assert transcripts.read(tmp_path / "a.pdf").text == "大約四十億元用於蘇州三期\n"


# Subtitles.


def read_as(name: str, text: str, folder: Path) -> Transcript:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return transcripts.read(path)


def srt(*cues: tuple[float, float, str]) -> str:
    def clock(seconds: float) -> str:
        return f"00:{int(seconds) // 60:02}:{int(seconds) % 60:02},{round(seconds % 1 * 1000):03}"

    return "\n".join(f"{n}\n{clock(a)} --> {clock(b)}\n{words}\n" for n, (a, b, words) in enumerate(cues, 1))


def test_cues_are_joined_as_their_language_is_written(tmp_path: Path) -> None:
    text = srt(
        (1, 2, "我們的收入增"), (2, 3, "長了。"), (3, 4, "Revenue was"), (4, 5, "twelve-"), (5, 6, "month high.")
    )
    assert read_as("a.srt", text, tmp_path).text == "我們的收入增長了。Revenue was twelve-month high.\n"


def test_a_long_pause_ends_a_paragraph_and_a_short_one_does_not(tmp_path: Path) -> None:
    text = srt((1, 2, "One is said."), (2.5, 3, "Two is said."), (5, 6, "Three, after"), (8, 9, "a breath."))
    assert read_as("a.srt", text, tmp_path).text == "One is said. Two is said.\n\nThree, after a breath.\n"


def test_names_in_cues_and_chevrons_and_dashes_change_the_speaker(tmp_path: Path) -> None:
    text = srt(
        (1, 2, "OPERATOR: Good morning."),
        (2, 3, ">> JANE DOE, CFO: Thank you."),
        (3, 4, "{\\an8}<i>We grew.</i>"),
        (4, 5, "- Did you?\n- We did."),
    )
    transcript = read_as("a.srt", text, tmp_path)
    assert transcript.text == "OPERATOR: Good morning.\n\nJANE DOE, CFO: Thank you. We grew.\n\nDid you?\n\nWe did.\n"
    assert [turn.speaker.name for turn in transcript.turns] == ["OPERATOR", "JANE DOE"]


def test_two_voices_of_one_cue_are_two_turns_and_no_voice_is_nobodys(tmp_path: Path) -> None:
    text = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v.loud Ann Poe>How much?</v> <v Bob Roe>A lot &amp; more,\n\n"
        "00:02.000 --> 00:03.000\nreally.\n\nNOTE not said\n\n00:03.000 --> 00:04.000\nApplause.\n"
    )
    transcript = read_as("a.vtt", text, tmp_path)
    names = [turn.speaker.name for turn in transcript.turns]
    assert list(zip(names, said_words(transcript), strict=True)) == [
        ("Ann Poe", "How much?"),
        ("Bob Roe", "A lot & more, really."),
        ("Unknown speaker", "Applause."),
    ]


def test_a_name_in_every_cue_is_one_turn_of_whole_sentences(tmp_path: Path) -> None:
    text = srt(
        (1, 2, "Ann Poe (CFO): Revenue was three"),
        (2, 3, "Ann Poe (CFO): hundred million."),
        (3, 4, "Bob Roe: And the"),
        (4, 5, "Bob Roe: margin?"),
    )
    transcript = read_as("a.srt", text, tmp_path)
    assert said_words(transcript) == ["Revenue was three hundred million.", "And the margin?"]
    assert [turn.time_end for turn in transcript.turns] == [3, 5]


def test_a_word_with_a_colon_that_two_cues_begin_with_is_kept(tmp_path: Path) -> None:
    text = srt((1, 2, "Ann Poe: Now:"), (2, 3, "Ann Poe: go on,"), (3, 4, "please,"), (4, 5, "as"), (5, 6, "before."))
    assert read_as("a.srt", text, tmp_path).text.count("Ann Poe:") == 2


def said_words(transcript: Transcript) -> list[str]:
    return [transcript.text[turn.span.char_start : turn.span.char_end] for turn in transcript.turns]


def test_what_is_truly_said_twice_stays(tmp_path: Path) -> None:
    text = srt((1, 2, "Yes."), (2, 3, "Yes."), (3, 4, "And more is to come."), (4, 5, "Of course it is."))
    assert read_as("a.srt", text, tmp_path).text.startswith("Yes. Yes. And")


def test_captions_that_grow_word_by_word_are_said_once(tmp_path: Path) -> None:
    spoken = "Our revenue grew by twelve percent in the third quarter of this year"
    words = spoken.split(" ")
    text = srt(*((n, n + 1, " ".join(words[:n])) for n in range(3, len(words) + 1)))
    assert " ".join(read_as("a.srt", text, tmp_path).text.split()) == spoken


def test_cues_without_any_punctuation_are_lines(tmp_path: Path) -> None:
    text = srt(*((n, n + 1, f"第{n}句話說的是收入") for n in range(1, 9)))
    assert len(read_as("a.srt", text, tmp_path).text.strip().split("\n")) == 8


def test_cues_without_numbers_and_with_blank_lines_are_read(tmp_path: Path) -> None:
    text = "\n\n00:00:01,000 --> 00:00:02,000\nWe\n\ngrew in\n\n00:00:02,000 --> 00:00:03,000\n2025\n"
    assert read_as("a.srt", text, tmp_path).text == "We grew in 2025\n"


# Speech recognition.


@pytest.mark.parametrize(
    "value",
    [
        {"segments": [{"start": 1.5, "end": 3.0, "text": " We grew.", "speaker": "SPEAKER_00"}]},
        [{"start": 1500, "end": 3000, "text": "We grew.", "spk": "SPEAKER_00"}],
        [{"start": 1.5, "end": 3.0, "text": "We grew.", "speaker": "SPEAKER_00"}],
        {"sentence_info": [{"start": 1500, "end": 3000, "text": "We grew.", "spk": "SPEAKER_00"}]},
        {"sentence_info": [{"start": 1500, "end": 3000, "sentence": "We grew.", "spk": "SPEAKER_00"}]},
        {"transcription": [{"offsets": {"from": 1500, "to": 3000}, "text": " We grew.", "speaker": "SPEAKER_00"}]},
        {"text": "", "chunks": [{"timestamp": [1.5, 3.0], "text": " We grew.", "speaker": "SPEAKER_00"}]},
    ],
)
def test_times_in_seconds_and_milliseconds(value: object, tmp_path: Path) -> None:
    transcript = read_as("a.json", json.dumps(value), tmp_path)
    (turn,) = transcript.turns
    assert (turn.speaker.name, turn.time_start, turn.time_end) == ("SPEAKER_00", 1.5, 3.0)
    assert said_words(transcript) == ["We grew."]


@pytest.mark.parametrize(
    "value",
    [{}, [], {"text": "We grew."}, {"segments": [1]}, {"segments": [{"text": "a", "start": None, "end": 1}]}, 3, {"segments": []},
     {"segments": [{"text": 1, "start": 0, "end": 1}]}, {"segments": [{"text": " ", "start": 0, "end": 1}]},
     {"segments": [{"text": "a", "start": float("nan"), "end": 1}]}],
)  # fmt: skip
def test_other_json_is_refused(value: object, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        read_as("a.json", json.dumps(value), tmp_path)
    assert caught.value.hint


# Documents.


def test_headings_that_name_speakers_are_speaker_lines(tmp_path: Path) -> None:
    text = (
        "# A call\n\n## Prepared Remarks\n\n### Jane Doe -- Chief Executive Officer\n\nWe grew.\n\n### Bob Roe, CFO\n\nWe saved.\n\n"
        "### Cloud Computing\n\nIt grew too.\n\n## Questions and Answers\n\n### Analyst\n\nHow?\n\n### Jane Doe\n\nWell.\n"
    )
    transcript = read_as("a.md", text, tmp_path)
    assert [turn.speaker.name for turn in transcript.turns] == ["Jane Doe", "Bob Roe", "Analyst", "Jane Doe"]
    assert "It grew too." not in said_words(transcript)[1]
    assert [s.kind for s in transcript.sections][-1] is SectionKind.QA


def test_a_name_above_its_title_is_one_speaker_line(tmp_path: Path) -> None:
    text = (
        "Jane Doe\nChief Executive Officer, Harbour Robots\nWe grew.\n\nBob Roe\n\nAnalyst, Foo Capital Markets, Inc.\n\n"
        "How?\n\nJane Doe\nChief Executive Officer, Harbour Robots\nBy selling more.\n"
    )
    transcript = read_as("a.txt", text, tmp_path)
    assert said_words(transcript) == ["We grew.", "How?", "By selling more."]
    assert [(t.speaker.name, t.speaker.organisation, t.exchange) for t in transcript.turns] == [
        ("Jane Doe", "Harbour Robots", None),
        ("Bob Roe", "Foo Capital Markets, Inc.", 1),
        ("Jane Doe", "Harbour Robots", 1),
    ]
    letter = "We grew, and we thank you.\n\nJane Doe\nChief Executive Officer\n\nThis letter is no offer.\n"
    assert read_as("b.txt", letter, tmp_path).turns == ()


SPANS = """<html><body><article><h1>Results</h1><p>Harbour Robots reported its results for the second quarter today, with
revenue and orders at a record and a dividend that is higher than before.</p><table>
<tr><td></td><td colspan=4>Three months</td></tr><tr><td></td><td colspan=2>2025</td><td colspan=2>2024</td></tr>
<tr><td>Revenue</td><td>$</td><td>412</td><td>$</td><td>381</td></tr><tr><td>Net debt</td><td>(90</td><td>)</td><td>(120</td><td>)</td></tr></table>
<p>The board will propose a dividend of 42 cents for each share, and a programme to buy back as many as two million.</p>
<table><tr><th>Region</th><th>Product</th><th>Orders</th></tr><tr><td rowspan=2>Europe</td><td>Arms</td><td>12</td></tr>
<tr><td>Carts</td><td>4</td></tr></table></article></body></html>"""


def test_a_heading_over_more_columns_names_each_of_them(tmp_path: Path) -> None:
    text = read_as("a.html", SPANS, tmp_path).text
    assert "\nRevenue | Three months 2025 $412 | Three months 2024 $381\n" in text
    assert "\nNet debt | Three months 2025 (90) | Three months 2024 (120)\n" in text
    assert "\nEurope | Product Arms | Orders 12\nEurope | Product Carts | Orders 4\n" in text


def test_cells_that_say_they_reach_over_everything_do_no_harm(tmp_path: Path) -> None:
    row = "<tr>" + "<td colspan=900 rowspan=900>grown</td>" * 10 + "</tr>"
    text = read_as("a.html", SPANS.replace("</table></article>", f"{row * 60}</table></article>"), tmp_path).text
    assert text.count("grown") >= 600 and len(text) < 100_000


def test_merged_cells_of_a_word_table_name_their_columns(tmp_path: Path) -> None:
    import docx

    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    for row, words in zip(
        table.rows, (("業務", "營收", ""), ("", "2025", "2024"), ("機械臂", "123", "105")), strict=True
    ):
        for cell, text in zip(row.cells, words, strict=True):
            cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    document.save(str(tmp_path / "a.docx"))
    assert "機械臂 | 營收 2025 123 | 營收 2024 105" in transcripts.read(tmp_path / "a.docx").text


def test_a_table_of_speakers_and_words_is_a_dialogue(tmp_path: Path) -> None:
    import docx

    document = docx.Document()
    table = document.add_table(rows=0, cols=2)
    for name, words in (
        ("主持人", "歡迎各位參加今天的業績電話會,現在開始。"),
        ("公司管理層", "第三季的收入增長了百分之十二,毛利率也有改善。"),
    ):
        for cell, text in zip(table.add_row().cells, (name, words), strict=True):
            cell.text = text
    document.save(str(tmp_path / "a.docx"))
    transcript = transcripts.read(tmp_path / "a.docx")
    assert [turn.speaker.name for turn in transcript.turns] == ["主持人", "公司管理層"]


# What is wrong with a file.


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return buffer.getvalue()


def content(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


WORD = "word__document.xml"


@pytest.mark.parametrize(
    ("name", "data", "message", "hint"),
    [
        ("a.pdf", content("scanned.pdf"), "no text, only pictures", "ocrmypdf"),
        ("a.pdf", content("locked.pdf"), "needs a password", "without one"),
        ("a.pdf", content("call.pdf")[:9000], "damaged or cut off", "print it to a new PDF"),
        ("a.pdf", b"We grew by 3 percent.", "no PDF", "get the file again"),
        ("a.docx", content("call.docx")[:9000], "damaged or cut off", "save it again"),
        ("a.odt", content("call.odt")[:9000], "damaged or cut off", "save it again"),
        ("a.docx", b"We grew.", "no Word document", "get the file again"),
        ("a.odt", b"We grew.", "no OpenDocument text", "get the file again"),
        ("a.docx", b"\xd0\xcf\x11\xe0 rest", "old Office document, or one with a password", "save it as .docx"),
        ("a.docx", zipped(**{WORD: b"\0" * (9 << 20)}), "would unpack to 9 MB", "new document"),
        ("a.docx", zipped(**{WORD: b"<broken"}), "damaged", "save it again"),
        ("a.odt", zipped(**{"content.xml": b" " * (9 << 20)}), "would unpack to 9 MB", "new document"),
        ("a.odt", zipped(**{"content.xml": b"x", "META-INF__manifest.xml": b"<encryption-data/>"}), "password", "without"),
        ("a.odt", zipped(**{"META-INF__manifest.xml": b"<m/>", "content.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
         "damaged", "save it again"),
        ("a.docx", zipped(**{"xl__workbook.xml": b"<w/>"}), "not read", "known are .docx"),
        ("a.html", b"<html><body><script>x()</script></body></html>", "no article", "save the page again"),
        ("a.html", b"<html>", "no article", "save the page again"),
        ("a.srt", b"We grew.", "no line gives two times", "SRT or WebVTT"),
        ("a.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n\n", "no words", "SRT or WebVTT"),
        ("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\nA\n\n2\n00:00:03,000 --> 00:0", "a.srt:6: the times of this cue", "SRT"),
        ("a.json", content("call.json")[:3000], "not valid JSON", "is it whole?"),
        ("a.json", b"[" * 100_000, "nested too deeply", "Whisper"),
        ("a.txt", b'{"text": "We grew."}', "not a transcript of a kind", "Whisper"),
        ("a.mhtml", b"From: <Saved by Blink>\n", "a web archive", "known are .docx"),
        ("a.eml", b"Subject: call\n\nWe grew.", "e-mail", "known are .docx"),
        ("a.mbox", b"From a\n\nWe grew.", "e-mail", "known are .docx"),
        ("a.csv", b"a,b\n", "a table", "known are .docx"),
        ("a.xlsx", b"a,b\n", "a spreadsheet", "known are .docx"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(name: str, data: bytes, message: str, hint: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SourceError) as caught:
        transcripts.read(tmp_path / name)
    assert message in str(caught.value)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("name", "source"),
    [("a.txt", "call.pdf"), ("a.txt", "call.docx"), ("a.docx", "call.odt"), ("a.pdf", "call.docx"), ("a.txt", "call.vtt"),
     ("a.txt", "call.srt"), ("a.md", "call.html"), ("a.pdf", "call.html"), ("a.srt", "call.vtt"), ("noending", "call.pdf"), ("a.txt", "call.json"), ("a.md", "funasr.json")],
)  # fmt: skip
def test_the_content_decides_what_a_file_is(name: str, source: str, tmp_path: Path) -> None:
    shutil.copy(FIXTURES / source, tmp_path / name)
    mislabelled, right = transcripts.read(tmp_path / name), read(source)
    assert (mislabelled.format, mislabelled.text) == (right.format, right.text)


@pytest.mark.parametrize("name", [*SPEECH, "funasr.json", "call.docx", "call.odt", "call.html", "columns.pdf"])
def test_a_damaged_file_is_read_or_refused_in_words(name: str, tmp_path: Path) -> None:
    data = content(name)
    chance = random.Random(20251112)
    path = tmp_path / name
    refused = 0
    for _ in range(12 if name.endswith(".pdf") else 40):
        broken = bytearray(data[: chance.randrange(1, len(data))] if chance.random() < 0.4 else data)
        for _ in range(chance.choice((0, 1, 5, 50))):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        path.write_bytes(bytes(broken))
        try:
            transcript = transcripts.read(path)
        except SourceError as error:
            refused += 1
            assert error.hint and "\n" not in error.message
        else:
            assert transcript.text.strip()
            passages.split(transcript, "call")
    assert refused


# Answers.


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Answer]]:
    """Format → question → answer, each format in an index of its own."""
    found = {}
    for name in ("call.txt", *OTHERS):
        folder = tmp_path_factory.mktemp("format") / "index"
        (folder / "transcripts").mkdir(parents=True)
        shutil.copy(FIXTURES / name, folder / "transcripts")
        build_here(folder)
        index = open_index(folder)
        found[name] = {question: pipeline.ask(index, question) for question in [*QUESTIONS, TABLE_QUESTION]}
        for answer in found[name].values():
            for citation in answer.citations:
                document = index.store.document(0)
                span = citation.span
                assert document.transcript.text[span.char_start : span.char_end] == citation.quote
    return found


def cited(answer: Answer) -> list[tuple[str, str | None]]:
    return [(squeezed(c.quote), c.speaker.name if c.speaker else None) for c in answer.citations]


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_gets_the_same_answer_from_each_format(
    name: str, question: str, answers: dict[str, dict[str, Answer]]
) -> None:
    plain, other = answers["call.txt"][question], answers[name][question]
    assert other.answered == plain.answered
    assert cited(other) == cited(plain)


@pytest.mark.parametrize("name", ["call.docx", "call.html", "call.pdf"])
def test_a_figure_in_a_table_is_found_and_cited(name: str, answers: dict[str, dict[str, Answer]]) -> None:
    citation = answers[name][TABLE_QUESTION].citations[0]
    assert citation.quote == "協作機械臂 | 2025年第三季 27.9億元 | 2024年第三季 24.8億元"


def test_a_citation_carries_the_time_of_its_quote_or_its_page(answers: dict[str, dict[str, Answer]]) -> None:
    spoken = as_json(answers["call.vtt"]["崑山二廠什麼時候投產?"].citations[0])
    assert (spoken["time_start"], spoken["time_end"]) == (189.48, 197.56)
    assert (spoken["line_start"], spoken["line_end"]) == (132, 135) and "page" not in spoken
    printed = as_json(answers["call.pdf"]["崑山二廠什麼時候投產?"].citations[0])
    assert printed["page"] == 3 and "time_start" not in printed
    plain = as_json(answers["call.txt"]["崑山二廠什麼時候投產?"].citations[0])
    assert not {"page", "time_start", "time_end"} & plain.keys()


@pytest.fixture(scope="module")
def mixed_index(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The call in four formats in one folder, and what was skipped with the reason."""
    folder = tmp_path_factory.mktemp("mixed") / "index"
    (folder / "transcripts").mkdir(parents=True)
    for name in ("call.pdf", "call.docx", "call.vtt", "call.json"):
        shutil.copy(FIXTURES / name, folder / "transcripts")
    (folder / "transcripts" / "broken.pdf").write_bytes(b"%PDF-1.7\n")
    (folder / "transcripts" / "list.csv").write_text("a,b\n")
    built = build_here(folder)
    return folder, {path.name: reason for path, reason in built.skipped}


def test_the_same_call_in_two_formats_is_indexed_once(mixed_index: tuple[Path, dict[str, str]]) -> None:
    folder, skipped = mixed_index
    assert open_index(folder).store.names() == ["call.docx", "call.vtt"]
    assert skipped["call.pdf"] == "the same content as call.docx"
    assert skipped["call.json"] == "the same content as call.vtt"
    assert "damaged" in skipped["broken.pdf"] and "name's ending" in skipped["list.csv"]
    again = build_here(folder)
    assert again.embedded == 0 and {path.name: reason for path, reason in again.skipped} == skipped
    facts = inspection.status(folder)
    assert facts["new"] == facts["changed"] == [] and len(facts["left_out"]) == 3


def test_hidden_files_are_skipped_and_it_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "transcripts"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "notes.txt").write_text("Ann Poe: We grew.\n")
    (folder / "._call.txt").write_text("Ann Poe: We grew.\n")
    shutil.copy(FIXTURES / "call.txt", folder)
    built = build_here(tmp_path)
    assert {path.name: reason for path, reason in built.skipped} == {
        ".git": "a hidden folder", "._call.txt": "a hidden file"
    }  # fmt: skip


def test_a_document_without_pages_is_cited_by_paragraph(
    mixed_index: tuple[Path, dict[str, str]], run_rag: RunRag
) -> None:
    import docx

    folder, _ = mixed_index
    asked = json.loads(
        run_rag("ask", "崑山二廠什麼時候投產?", "--document", "call.docx", "--json", index=folder).stdout
    )
    citation = asked["citations"][0]
    # The four rows of the table before it are one element of the document.
    body = list(docx.Document(str(FIXTURES / "call.docx")).iter_inner_content())
    assert citation["quote"] in body[citation["paragraph"] - 1 - 3].text
    assert not {"page", "time_start"} & citation.keys()
    shown = run_rag("ask", "崑山二廠什麼時候投產?", "--document", "call.docx", index=folder).stdout
    assert f"¶ {citation['paragraph']} · 管理層回答" in shown


def test_a_changed_or_vanished_source_that_is_no_text_is_said(tmp_path: Path, run_rag: RunRag) -> None:
    folder = tmp_path / "transcripts"
    folder.mkdir()
    for name in ("call.docx", "columns.pdf"):
        shutil.copy(FIXTURES / name, folder)
    build_here(tmp_path)
    shutil.copy(FIXTURES / "columns.pdf", folder / "call.docx")
    (folder / "columns.pdf").unlink()
    stale = json.loads(run_rag("verify", "--json", index=tmp_path).stdout)["stale"]
    assert stale == [{"document": "call", "state": "changed"}, {"document": "columns", "state": "missing"}]
    shown = json.loads(run_rag("show", "call:1", "--json", index=tmp_path).stdout)
    assert any("海岳機器人" in line["text"] for line in shown["context"])


@pytest.mark.parametrize(
    "arguments", [["ask", "崑山二廠什麼時候投產?"], ["show", "call.docx:1"], ["status"], ["--help"]]
)
def test_a_question_waits_for_no_library_of_a_format(
    arguments: list[str], mixed_index: tuple[Path, dict[str, str]]
) -> None:
    code = (
        "import sys; from rag.cli import main\ntry: main()\nexcept SystemExit: pass\n"
        "print(sorted({'docx', 'lxml', 'pdfminer', 'trafilatura', 'defusedxml', 'charset_normalizer'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True, text=True, env=os.environ | {"RAG_INDEX": str(mixed_index[0])},
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"


def test_on_the_terminal_a_citation_has_its_time(mixed_index: tuple[Path, dict[str, str]], run_rag: RunRag) -> None:
    folder, _ = mixed_index
    asked = run_rag("ask", "崑山二廠什麼時候投產?", "--document", "call.vtt", index=folder)
    assert "call.vtt:132-135 · 00:03:09 · 管理層回答" in asked.stdout
    shown = run_rag("show", "call.vtt:132-135", index=folder)
    assert "> 135  00:03:13  節後進場" in shown.stdout and "  129  00:03:05  產能。" in shown.stdout
    context = json.loads(run_rag("show", "call.vtt:132", "--json", index=folder).stdout)["context"]
    assert {"line": 135, "text": "節後進場,計劃明年六月投產。滿產之後", "time_start": 193.52} in context
    assert run_rag("verify", index=folder).returncode == 0


def test_rag_transcript_shows_what_is_understood(run_rag: RunRag) -> None:
    done = run_rag("transcript", str(FIXTURES / "call.pdf"))
    assert done.returncode == 0
    for shown in (
        "4 pages",
        "2025-11-12",
        "2 × Hannah Reed (Chief Financial Officer, management)",
        "7 speakers, 11 turns, 4 exchanges",
        " p. 3 ",
    ):
        assert shown in done.stdout
    facts = json.loads(run_rag("transcript", str(FIXTURES / "call.vtt"), "--json").stdout)
    assert facts["format"] == "vtt" and facts["seconds"] == pytest.approx(256.46, abs=1)
    assert facts["counts"] == {"characters": 1447, "sections": 2, "speakers": 7, "turns": 11, "exchanges": 4}
    assert facts["exchanges"][0] == {"number": 1, "questions": [3], "answers": [4]}
    assert facts["turns"][3]["line_start"] == 102 and facts["turns"][3]["time_start"] == 144.66
    failed = run_rag("transcript", str(FIXTURES / "locked.pdf"))
    assert failed.returncode == 3 and "password" in failed.stderr
