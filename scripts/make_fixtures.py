"""Makes tests/fixtures: one call, written for the purpose (`fixture_call.py`), in every format that is read.

    python scripts/make_fixtures.py tests/fixtures

Needs LibreOffice (``soffice``, for ODT) and Chromium (for PDF) on the PATH, and python-docx. The documents that these
programs write differ from run to run in their dates and ids, never in their words.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import docx
from fixture_call import BYLINE, CALL, COLUMNS, FOOTER, HEADER, TITLE


def plain() -> str:
    """The call as a news site's plain text."""
    out = [TITLE, "", BYLINE, ""]
    for kind, body in CALL:
        if kind == "t":
            out += [*_rows(body), ""]
        elif kind == "l":
            if out[-1] == "" and out[-2].startswith("• "):
                out.pop()
            out += [f"• {body}", ""]
        else:
            out += [f"{body}:" if kind == "s" else str(body), ""]
    return "\n".join(out)


def _rows(table: list[list[str]]) -> list[str]:
    head, *rows = table
    return [" | ".join(head)] + [
        " | ".join([row[0], *(f"{h} {v}" for h, v in zip(head[1:], row[1:], strict=True))]) for row in rows
    ]


def body_html() -> str:
    """The article's own HTML."""
    out = []
    for kind, body in CALL:
        if kind == "t":
            head, *rows = body
            cells = "".join(f"<th>{h}</th>" for h in head)
            lines = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
            out.append(f"<table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table>")
            continue
        text = html.escape(str(body), quote=False)
        out.append(
            {
                "p": f"<p>{text}</p>",
                "h": f"<h2>{text}</h2>",
                "s": f"<p><strong>{text}:</strong></p>",
                "l": f"<li>{text}</li>",
            }[kind]
        )
    joined = "\n".join(out)
    return re.sub(r"(?:<li>.*</li>\n?)+", lambda m: f"<ul>\n{m[0]}</ul>\n", joined)


def page_html() -> str:
    """The article as a news site saves it: navigation, scripts, share buttons, related links and a footer around it."""
    links = "".join(
        f'<li><a href="/news/{n}">{title}</a></li>'
        for n, title in enumerate(("港股收市:恒指升三百點", "油價連跌三日", "央行維持利率不變", "晶片股領漲"))
    )
    meta = json.dumps(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": TITLE,
            "datePublished": "2025-11-12T09:15:00+08:00",
            "author": {"@type": "Person", "name": "林某某"},
            "publisher": {"@type": "Organization", "name": "港灣財訊"},
        },
        ensure_ascii=False,
    )
    return f"""<!DOCTYPE html>
<html lang="zh-Hant"><head><meta charset="utf-8"><title>{TITLE} | 港灣財訊</title>
<meta property="og:title" content="{TITLE}"><meta property="og:site_name" content="港灣財訊">
<meta name="author" content="林某某"><meta property="article:published_time" content="2025-11-12T09:15:00+08:00">
<script type="application/ld+json">{meta}</script>
<script>window.tracking = {{"id": "abc", "consent": true}};</script><style>body {{ font: 16px serif }}</style></head>
<body><header><nav><ul><li><a href="/">首頁</a></li><li><a href="/stocks">股市</a></li><li><a href="/login">登入</a></li></ul></nav></header>
<div class="cookie-banner">本網站使用 Cookie 以改善您的體驗。<button>同意</button></div>
<main><article><h1>{TITLE}</h1>
<div class="byline">港灣財訊 2025-11-12 09:15</div>
<div class="share"><a href="#">分享到臉書</a> <a href="#">複製連結</a></div>
{body_html()}
</article></main>
<aside class="related"><h3>相關新聞</h3><ul>{links}</ul></aside>
<footer><p>港灣財訊 版權所有 不得轉載</p><a href="/privacy">私隱政策</a></footer>
<script>console.log("loaded");</script></body></html>
"""


PRINTED = """@page { size: A5; margin: 20mm 16mm;
  @top-center { content: "HEADER"; font-size: 8pt }
  @bottom-left { content: "FOOTER"; font-size: 8pt }
  @bottom-right { content: counter(page) " / " counter(pages); font-size: 8pt } }
h1, h2, th { font-weight: normal } td, th { padding: 2px 12px } main { columns: 2; column-gap: 8mm }
""".replace("HEADER", HEADER).replace("FOOTER", FOOTER)


def print_pdf(folder: Path, body: str, font: str, target: Path) -> None:
    """Prints a page with Chromium: a running header and footer and page numbers on each sheet."""
    source = folder / "print.html"
    source.write_text(
        f"<!DOCTYPE html><html><head><meta charset=utf-8><style>{PRINTED} body {{ font: {font}; line-height: 1.5 }}</style>"
        f"</head><body>{body}</body></html>",
        encoding="utf-8",
    )
    subprocess.run(
        [
            "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
            f"--print-to-pdf={target.resolve()}", source.as_uri(),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip


def convert(folder: Path, source: Path, target: Path, options: str) -> None:
    """Converts a document with LibreOffice."""
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", options,
         "--outdir", str(folder), str(source)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    shutil.copy(folder / f"{source.stem}{target.suffix}", target)


def columns_html() -> str:
    """English in two columns, with soft hyphens where a line may end."""
    paragraphs = "".join(f"<p>{text.replace('~', '&shy;')}</p>" for text in COLUMNS)
    return f"<h1>Harbour Robots: second quarter call</h1><main>{paragraphs}</main>"


def tables_html() -> str:
    """A table that goes on over pages, which repeat its headings; two of them reach over two columns each."""
    heads = "".join(f"<th colspan=2>{title}</th>" for title in ("Three months", "Six months"))
    names = "".join(f"<th>{name}</th>" for name in ("Depot", "2025", "2024", "2025", "2024"))
    rows = "".join(
        f"<tr><td>Depot {n}</td>" + "".join(f"<td>{n + 100 * column}</td>" for column in range(1, 5)) + "</tr>"
        for n in range(10, 70)
    )
    style = "<style>td { text-align: right } td:first-child { text-align: left } table { width: 100% }</style>"
    said = "<p>Ann Poe, CFO: The depots shipped as follows.</p>"
    return f"{style}{said}<table><thead><tr><th></th>{heads}</tr><tr>{names}</tr></thead>{rows}</table>"


def write_docx(target: Path) -> None:
    """Headings, bold speaker names, a list and a table in Word's own styles."""
    document = docx.Document()
    document.add_heading(TITLE, 0)
    document.add_paragraph(BYLINE)
    for kind, body in CALL:
        if kind == "t":
            table = document.add_table(rows=0, cols=len(body[0]))
            for row in body:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        elif kind == "h":
            document.add_heading(str(body), 1)
        elif kind == "s":
            document.add_paragraph().add_run(f"{body}:").bold = True
        else:
            document.add_paragraph(str(body), style="List Bullet" if kind == "l" else None)
    document.save(str(target))


def spoken() -> list[tuple[str, list[str]]]:
    """What a recording has: each speaker's paragraphs; neither headings nor the table."""
    turns: list[tuple[str, list[str]]] = []
    for kind, body in CALL[2:-2]:
        if kind == "s":
            turns.append((str(body), []))
        elif kind in "pl":
            turns[-1][1].append(str(body))
    return turns


def cues() -> list[tuple[float, float, str | None, str]]:
    """(start, end, speaker where a new one begins, words): a few seconds each, breaking sentences anywhere."""
    out: list[tuple[float, float, str | None, str]] = []
    at = 4.0
    for speaker, paragraphs in spoken():
        first: str | None = speaker
        for paragraph in paragraphs:
            for piece in _pieces(paragraph):
                seconds = round(0.8 + len(piece) * (0.06 if piece.isascii() else 0.18), 2)
                out.append((round(at, 2), round(at + seconds, 2), first, piece))
                at += seconds
                first = None
            at += 2.5
    return out


def _pieces(paragraph: str) -> list[str]:
    """About 18 Chinese characters or 42 Latin ones, cut at a space in English and anywhere in Chinese."""
    if paragraph.isascii():
        return [piece.strip() for piece in re.findall(r".{1,42}(?:\s|$)", paragraph)]
    return [piece.strip() for piece in re.findall(r"(?:[A-Za-z0-9.%]+ ?|.){1,18}", paragraph)]


def _clock(seconds: float, point: str) -> str:
    whole, ms = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{point}{ms:03}"


def srt() -> str:
    """Speakers as prefixes."""
    return "\n".join(
        f"{n}\n{_clock(start, ',')} --> {_clock(end, ',')}\n{f'{who}: ' if who else ''}{words}\n"
        for n, (start, end, who, words) in enumerate(cues(), 1)
    )


def vtt() -> str:
    """Voice tags, a note and a style block."""
    out = ["WEBVTT", "", "NOTE made for the tests", "", "STYLE", "::cue(b) { color: yellow }", ""]
    speaker = ""
    for start, end, who, words in cues():
        speaker = who or speaker
        out += [
            f"{_clock(start, '.')} --> {_clock(end, '.')} align:start",
            f"<v {speaker}>{html.escape(words)}</v>",
            "",
        ]
    return "\n".join(out)


def rolling_vtt() -> str:
    """As automatic captions roll: each cue repeats the line before, with word timings, and is repeated for a moment."""
    out = ["WEBVTT", "Kind: captions", "Language: zh-Hant", ""]
    before = " "
    for start, end, who, words in cues():
        line = f"{who}: {words}" if who else words
        middle = len(line) // 2
        timed = f"{line[:middle]}<{_clock((start + end) / 2, '.')}><c>{line[middle:]}</c>"
        out += [f"{_clock(start, '.')} --> {_clock(end - 0.01, '.')} align:start position:0%", before, timed, ""]
        out += [f"{_clock(end - 0.01, '.')} --> {_clock(end, '.')} align:start position:0%", line, " ", ""]
        before = line
    return "\n".join(out)


def whisper() -> str:
    """WhisperX's segments with speakers."""
    segments = []
    speaker = ""
    for start, end, who, words in cues():
        speaker = who or speaker
        segments.append(
            {"start": start, "end": end, "text": f" {words}" if words.isascii() else words, "speaker": speaker}
        )
    return json.dumps({"segments": segments, "language": "zh"}, ensure_ascii=False, indent=0)


def funasr() -> str:
    """FunASR's sentences: milliseconds and numbered speakers."""
    numbers: dict[str, int] = {}
    sentences = []
    speaker = ""
    for start, end, who, words in cues():
        speaker = who or speaker
        spk = numbers.setdefault(speaker, len(numbers))
        sentences.append({"text": words, "start": round(start * 1000), "end": round(end * 1000), "spk": spk})
    text = "".join(sentence["text"] for sentence in sentences)
    return json.dumps([{"key": "call", "text": text, "sentence_info": sentences}], ensure_ascii=False, indent=0)


def main() -> None:
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    texts = {
        "call.txt": plain(), "call.html": page_html(), "call.srt": srt(), "call.vtt": vtt(),
        "rolling.vtt": rolling_vtt(), "call.json": whisper(), "funasr.json": funasr(),
    }  # fmt: skip
    for name, text in texts.items():
        (target / name).write_text(text, encoding="utf-8")
    write_docx(target / "call.docx")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        call = f"<h1>{TITLE}</h1><p>{BYLINE}</p>{body_html()}"
        print_pdf(folder, call, '11pt "Noto Sans CJK TC"', target / "call.pdf")
        print_pdf(folder, columns_html(), "14pt serif", target / "columns.pdf")
        print_pdf(folder, tables_html(), "11pt serif", target / "tables.pdf")
        square = "<svg width=200 height=200><rect width=150 height=150 fill=gray /></svg>"
        print_pdf(
            folder,
            f"<style>@page {{ @top-center {{ content: none }} @bottom-left {{ content: none }} "
            f"@bottom-right {{ content: none }} }}</style>{square}",
            "10pt serif",
            target / "scanned.pdf",
        )
        convert(folder, target / "call.docx", target / "call.odt", "odt")
        secret = (
            '{"EncryptFile":{"type":"boolean","value":"true"},"DocumentOpenPassword":{"type":"string","value":"x"}}'
        )
        convert(folder, target / "call.txt", target / "locked.pdf", f"pdf:writer_pdf_Export:{secret}")
    for path in sorted(target.iterdir()):
        print(f"{path.name:14} {path.stat().st_size:>8,} bytes")


if __name__ == "__main__":
    main()
