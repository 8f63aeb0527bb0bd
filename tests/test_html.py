"""Saved web pages: what is taken for the title, and what stands in an article without being of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag import transcripts
from rag.opened import open_index
from rag.records import Transcript
from rag.transcripts import html

from .conftest import build_here
from .test_store import resign

SAID = "Mara Lind, CFO: Our order intake rose in the {} month because customers refilled their stores and prices held."


def page(folder: Path, head: str, body: str, around: str = "article") -> Transcript:
    (folder / "a.html").write_text(
        f"<!doctype html><html><head><meta charset=utf-8>{head}</head><body><nav><a href=x>Home</a></nav>"
        f"<{around}>{body}</{around}></body></html>",
        encoding="utf-8",
    )
    return transcripts.read(folder / "a.html")


def spoken(*between: str) -> str:
    """Paragraphs with something between each two."""
    parts = [f"<p>{SAID.format(month)}</p>" for month in ("first", "second", "third", "fourth", "fifth")]
    return "".join(part + other for part, other in zip(parts, (*between, *[""] * 5), strict=False))


@pytest.mark.parametrize(
    ("declared", "site", "heading", "title"),
    [
        ("Alder - Orders rise | The Paper", "", "", "Alder - Orders rise"),
        ("Alder - Orders rise | The Paper", "", "Alder - Orders rise", "Alder - Orders rise"),
        ("Orders rise | The Paper", "The Paper", "", "Orders rise"),
        ("Orders rise - the paper", "The Paper", "", "Orders rise"),
        ("訂單大增_財訊網", "財訊網", "", "訂單大增"),
        ("艾爾德 - 訂單大增｜財訊網", "", "", "艾爾德 - 訂單大增"),
        # Nothing says which part is the publisher.
        ("Alder | Orders rise", "", "", "Alder | Orders rise"),
        ("Alder - Orders rise", "", "", "Alder - Orders rise"),
        ("Year-end orders", "", "", "Year-end orders"),
    ],
)
def test_a_title_is_the_headline_without_the_publisher(
    declared: str, site: str, heading: str, title: str, tmp_path: Path
) -> None:
    head = f'<title>x</title><meta property="og:title" content="{declared}">'
    head += f'<meta property="og:site_name" content="{site}">' if site else ""
    # With one h1 that would be taken at once.
    found = page(tmp_path, head, (f"<h2>{heading}</h2>" if heading else "") + spoken())
    assert found.title == title
    assert found.text.splitlines()[0].lstrip("# ") == title


def test_a_title_that_still_names_the_site_gives_way_to_the_heading(tmp_path: Path) -> None:
    head = "<title>Harbour | Investor Relations | Results</title>"
    assert (
        page(tmp_path, head, f"<h2>Harbour reports its results</h2>{spoken()}").title == "Harbour reports its results"
    )


def test_a_tables_caption_leaves_its_columns_their_headings(tmp_path: Path) -> None:
    table = "<table><caption>Revenue, in millions</caption><thead><tr><th>Segment</th><th>Q2 2025</th><th>Q2 2024</th></tr></thead>"
    table += "<tbody><tr><td>Arms</td><td>$279</td><td>$248</td></tr></tbody></table>"
    text = page(tmp_path, "", spoken(table)).text
    assert "\nRevenue, in millions\nSegment | Q2 2025 | Q2 2024\nArms | Q2 2025 $279 | Q2 2024 $248\n" in text


@pytest.mark.parametrize(
    "call",
    [
        "<pre>Jane Doe, CFO: We grew\nin Europe.\n\nOperator: A question.</pre>",
        "<dl><dt>Jane Doe, CFO:</dt><dd>We grew in Europe.</dd><dt>Operator:</dt><dd>A question.</dd></dl>",
        "<blockquote>Jane Doe, CFO: We grew in Europe.</blockquote><blockquote><p>Operator: A question.</p></blockquote>",
        "<div><b>Jane Doe, CFO</b>: We grew<br>in Europe.<br><br><b>Operator:</b> A question.</div>",
    ],
)
def test_speakers_are_found_however_a_page_sets_them(call: str, tmp_path: Path) -> None:
    found = page(tmp_path, "", spoken(call, "", "", "<h2>Next</h2>"))
    turns = [(turn.speaker.name, found.text[turn.span.char_start : turn.span.char_end]) for turn in found.turns]
    assert [(name, " ".join(said.split())) for name, said in turns[1:3]] == [
        ("Jane Doe", "We grew in Europe."), ("Operator", "A question.")
    ]  # fmt: skip


@pytest.mark.parametrize("tag", ["h1", "h2", "h3"])
@pytest.mark.parametrize("around", ["article", "div"])
def test_a_heading_within_the_article_does_not_open_it(tag: str, around: str, tmp_path: Path) -> None:
    """Nor is it lost where the page does not mark its article."""
    found = page(tmp_path, "", spoken("", "", f"<{tag}>Questions and Answers</{tag}>"), around)
    assert found.text.count("Questions and Answers") == 1
    assert [section.kind.value for section in found.sections] == ["remarks", "qa"]


def test_a_line_that_only_says_advertisement_is_left_out(tmp_path: Path) -> None:
    text = page(
        tmp_path, "", spoken("<p>Advertisement</p>", "<p>— 廣告 —</p>", "<p>ADVERTISEMENTS</p>", "<p>广告<br></p>")
    ).text
    assert text.split("\n\n") == [SAID.format(m) for m in ("first", "second", "third", "fourth")] + [
        SAID.format("fifth") + "\n"
    ]


@pytest.mark.parametrize("kept", ["<h2>廣告</h2>", "<p><b>廣告</b></p>", "<p>廣告業務。</p>", "<ul><li>廣告</li></ul>"])
def test_the_business_of_advertising_is_kept(kept: str, tmp_path: Path) -> None:
    assert "廣告" in page(tmp_path, "", spoken(kept)).text


def test_a_program_that_reads_otherwise_reads_unchanged_files_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what then has other words is embedded."""
    (tmp_path / "transcripts").mkdir()
    page(tmp_path / "transcripts", "", spoken("<p>Advertisement</p>"))
    first = build_here(tmp_path)
    assert "Advertisement" not in open_index(tmp_path).store.document(0).transcript.text
    monkeypatch.setattr(html, "_ADVERTISEMENT", re.compile("never"))
    again = build_here(tmp_path)
    assert (again.embedded, again.manifest) == (0, first.manifest)
    monkeypatch.setattr(transcripts, "VERSION", transcripts.VERSION + 1)
    # Until then what an older program read is good.
    assert "Advertisement" not in open_index(tmp_path).store.document(0).transcript.text
    later = build_here(tmp_path)
    assert "Advertisement" in open_index(tmp_path).store.document(0).transcript.text
    assert 0 < later.embedded < later.reused
    assert build_here(tmp_path).manifest == later.manifest


def test_an_index_that_does_not_say_how_its_files_were_read_is_good(tmp_path: Path) -> None:
    (tmp_path / "transcripts").mkdir()
    page(tmp_path / "transcripts", "", spoken())
    build_here(tmp_path)
    resign(tmp_path, lambda fields: fields.pop("transcripts_version"))
    assert open_index(tmp_path).store.names() == ["a"]
    assert build_here(tmp_path).embedded == 0
