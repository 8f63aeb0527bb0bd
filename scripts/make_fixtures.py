"""Makes tests/fixtures: one call, written for the purpose, in every format that is read.

    python scripts/make_fixtures.py tests/fixtures

Needs LibreOffice (``soffice``, for ODT) and Chromium (for PDF) on the PATH, and python-docx. The documents that these
programs write differ from run to run in their dates and ids, never in their words.
"""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import docx

TITLE = "海岳機器人 2025 年第三季業績電話會紀要"
BYLINE = "港灣財訊 2025-11-12 09:15"
HEADER, FOOTER = "海岳機器人 業績電話會", "港灣財訊 版權所有"

#: (kind, text): p paragraph, h heading, s speaker line, l list item, t table.
CALL: list[tuple[str, str | list[list[str]]]] = [
    ("p", "海岳機器人公布第三季業績,收入與訂單都創下新高,管理層同時上調全年指引。以下為電話會的紀要。"),
    ("h", "管理層發言"),
    ("s", "主持人"),
    ("p", "各位早安,歡迎參加海岳機器人的業績電話會。發言之後是提問時間。"),
    ("s", "海岳機器人管理層"),
    ("p", "第三季總收入為 86.4 億元,同比增長 21%。淨利潤為 9.8 億元,同比增長 34%,主要是因為減速器改為自製,成本下降。"),
    ("p", "倉儲機器人業務收入 52.3 億元,佔總收入的六成。歐洲客戶的訂單增長最快,本季新簽了四個港口的自動化項目,合同總額超過 17 億元。"),
    ("p", "手術機器人仍在投入期。我們在本季完成了第一百例臨床試驗,預計明年第二季遞交註冊申請,後年開始貢獻收入。"),
    ("p", "研發費用為 11.6 億元,佔收入的 13.4%。新增的人手集中在視覺演算法與電池管理兩個團隊,年底前還會再招聘三百名工程師。"),
    ("p", "本季的資本開支為 6.5 億元,用途有三項:"),
    ("l", "崑山二廠的廠房與生產線,佔 4.1 億元。"),
    ("l", "減速器的精密磨床,佔 1.7 億元。"),
    ("l", "其餘用於訓練模型的伺服器。"),
    ("p", "各項業務的收入如下表:"),
    (
        "t",
        [
            ["業務", "2025年第三季", "2024年第三季"],
            ["倉儲機器人", "52.3億元", "41.0億元"],
            ["協作機械臂", "27.9億元", "24.8億元"],
            ["售後服務", "6.2億元", "5.6億元"],
        ],
    ),
    ("s", "Hannah Reed (Chief Financial Officer)"),
    (
        "p",
        "Gross margin was 38.2%, up 2.6 points from a year ago. Operating cash flow reached RMB 1.24 billion, and we ended "
        "the quarter with net cash of RMB 5.3 billion.",
    ),
    (
        "p",
        "We are raising our full-year revenue guidance to a range of RMB 33.0 billion to 34.5 billion. The weaker yen lowered "
        "our costs for servo motors, and we have hedged about 70% of next year's exposure.",
    ),
    ("h", "問答環節"),
    ("s", "來自花旗的提問者"),
    ("p", "請問歐洲港口項目的毛利率如何?另外,競爭對手最近降價,你們會不會跟進?"),
    ("s", "管理層回答"),
    ("p", "港口項目的毛利率大約是 31%,低於公司平均,因為土建工程由我們代管。軟件續約之後,毛利率會逐年提高。"),
    ("p", "我們不打算跟隨降價。客戶最在意的是停機時間,而我們的平均無故障時間已經達到九千小時。"),
    ("s", "來自摩根士丹利的提問者"),
    ("p", "想了解崑山二廠的進度,以及投產之後的產能。"),
    ("s", "管理層回答"),
    ("p", "崑山二廠的主體結構已經封頂,設備在春節後進場,計劃明年六月投產。滿產之後每年可以生產兩萬四千台機器人,是現在的兩倍。"),
    ("s", "來自瑞銀的提問者"),
    ("p", "Could you talk about the labour agreement and what it means for wages next year?"),
    ("s", "Hannah Reed (Chief Financial Officer)"),
    (
        "p",
        "We signed a three-year agreement with the union in September. Wages will rise by 4.5% next year, and overtime is "
        "capped at thirty hours a month.",
    ),
    ("s", "來自瑞銀的提問者"),
    ("p", "謝謝。最後想問派息政策會不會改變?"),
    ("s", "管理層回答"),
    ("p", "董事會決定把派息比率由 25% 提高到 35%,並且在未來十二個月回購不超過 8 億元的股份。"),
    ("p", "至於分拆手術機器人單獨上市,目前沒有時間表,我們會在完成註冊之後再評估。"),
    ("h", "免責聲明"),
    ("p", "本文由記者整理,僅供參考,不構成任何投資建議。"),
]  # fmt: skip


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


def print_pdf(folder: Path, target: Path) -> None:
    """Prints the call with Chromium: a running header and footer and page numbers on each page."""
    source = folder / "print.html"
    source.write_text(
        f"""<!DOCTYPE html><html lang="zh-Hant"><head><meta charset="utf-8"><title>{TITLE}</title><style>
@page {{ size: A5; margin: 20mm 16mm;
  @top-center {{ content: "{HEADER}"; font-size: 8pt }}
  @bottom-left {{ content: "{FOOTER}"; font-size: 8pt }}
  @bottom-right {{ content: counter(page) " / " counter(pages); font-size: 8pt }} }}
body {{ font: 11pt "Noto Sans CJK TC", sans-serif; line-height: 1.5; hyphens: auto }} td, th {{ padding: 2px 12px }}
</style></head><body><h1>{TITLE}</h1><p>{BYLINE}</p>{body_html()}</body></html>""",
        encoding="utf-8",
    )
    subprocess.run(
        [
            "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
            f"--print-to-pdf={target}", source.as_uri(),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip


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
    with tempfile.TemporaryDirectory() as folder:
        print_pdf(Path(folder), (target / "call.pdf").resolve())
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "odt",
             "--outdir", str(target), str(target / "call.docx")],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip
    for path in sorted(target.iterdir()):
        print(f"{path.name:14} {path.stat().st_size:>8,} bytes")


if __name__ == "__main__":
    main()
