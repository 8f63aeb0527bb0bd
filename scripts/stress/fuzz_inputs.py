"""Bad input for `fuzz.py`: mutated transcripts, random text and bytes, mutated JSON and files of other formats."""

from __future__ import annotations

import io
import json
import random
import zipfile
from typing import Any

TRANSCRIPTS = (
    "南嶼紙業:第二季業績會紀錄\n2024年8月3日\n\n南嶼紙業管理層:\n\n各位好。總收入為1,845億元,同比增長12%。資本開支為38億元:\n\n"
    "  • 兩條包裝紙生產線。\n  • 一座碼頭。\n\n來自花旗的提問者:\n\n請問派息會改變嗎?\n\n管理層回答:\n\n派息比率維持在40%。\n\n免責聲明\n\n只供參考。\n",
    "# 半年度业绩会\n\n> 按录音整理。\n\n## 管理层发言\n\n**沈某某(Mia), 首席执行官**\n\n营业收入64.2亿元,占比升至31%。\n\n## 问答环节\n\n"
    "Q1:海外工厂进展如何?\nA1(顾某某):已经封顶,总投资九千万美元。\n\n**提问者:** 奶价怎么走?\n\n---\n\n| 项目 | 2024 |\n|---|---|\n| 毛利率 | 28.4% |\n",
    "Paper Lantern Inc. (PLI) Q2 2024 Earnings Call\nBy A. Writer - Jul 30, 2024\n\nPrepared Remarks:\n\nOperator\n\nWelcome.\n\n"
    'Ann Poe -- Chief Executive Officer\n\nRevenue was $184.5 billion, up 9%. Dr. Roe said: "We won\'t cut."\n\nQuestions and Answers:\n\n'
    "Carol Coe -- Example Securities -- Analyst\n\nWhen will the plant open?\n\nAnn Poe: In March 2025.\n\n[00:01:02] Bob: ok\n",
)
_RUNS = (
    *"aA1字,.:;!?。:「」『』“\"()[]*_#>|-=~ \t\n\r\x0b\x0c\x1c\x85\u2028\u0301\u200b\u202e\ufeff\x00\ud800😀ﬀ①İß가ｶﾞ〇",
    *("**", "__", "Q1:", "A1(", "某某:", "Mr. ", "U.S. ", "1,", "1.5", "億", "百", "-- ", "](", "[1]", "call:1", "\r\n", "\n\n", "# ", "…"),
    *("12:34 ", "00:00:01,000 --> ", "</p>", "&amp;", "{\"", "請問", "同比", "一千零", "$", "%"),
)  # fmt: skip
_ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "cp950",
    "gb18030",
    "cp1252",
    "latin-1",
)
_RANGES = ((0, 0x7F), (0x80, 0x2FF), (0x300, 0x36F), (0x590, 0x6FF), (0x900, 0xDFF), (0x1100, 0x11FF), (0x2000, 0x206F),
           (0x2E80, 0x33FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7FF), (0xD800, 0xDFFF), (0xF900, 0xFFFF), (0x1F000, 0x1FAFF),
           (0x20000, 0x2FFFF), (0xE0000, 0x10FFFF))  # fmt: skip
_VALUES = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**70,
    1e308,
    "",
    " ",
    "字",
    "\ud800",
    "../x",
    "a" * 5000,
    [],
    {},
    [[]],
    [None],
    {"": 0},
)


def noise(dice: random.Random, longest: int = 40) -> str:
    """Characters of any kind, lone surrogates included."""
    chosen = dice.choices(_RANGES, k=3)
    return "".join(chr(dice.randint(*dice.choice(chosen))) for _ in range(dice.randrange(longest)))


def text(dice: random.Random) -> str:
    """A transcript after a few mutations, sometimes nothing but noise or one thing very often."""
    if dice.random() < 0.1:
        return noise(dice, 2000)
    if dice.random() < 0.1:
        return dice.choice(_RUNS) * dice.randrange(20_000) + dice.choice(_RUNS) * dice.randrange(3)
    found = dice.choice(TRANSCRIPTS)
    for _ in range(dice.randrange(1, 8)):
        first, last = sorted(dice.choices(range(len(found) + 1), k=2))
        last = min(last, first + dice.choice((3, 30, 300)))
        part = found[first:last]
        found = dice.choice(
            (
                found[:first] + found[last:],
                found[:first] + noise(dice) + found[last:],
                found[:first] + dice.choice(_RUNS) * dice.choice((1, 2, 50, 3000)) + found[first:],
                found[:first] + part * dice.choice((2, 3, 40)) + found[last:],
                found[:first] + "".join(dice.sample(part, len(part))) + found[last:],
                found[:first] + part.upper().replace("\n", dice.choice(("\r", "\r\n", "", "\u2028"))) + found[last:],
                found[: first // 2] + dice.choice(TRANSCRIPTS)[first // 2 :],
            )
        )[:60_000]
    return found


def mutated(data: bytes, dice: random.Random) -> bytes:
    """The bytes with a few of them changed, dropped or repeated."""
    for _ in range(dice.randrange(5)):
        first = dice.randrange(len(data) + 1)
        last = first + dice.choice((0, 1, 2, 50))
        data = data[:first] + dice.choice((b"", b"\0", dice.randbytes(3), data[first:last] * 3)) + data[last:]
    return data


def encoded(dice: random.Random) -> bytes:
    """A text's bytes in some encoding, mutated; or no text at all."""
    if dice.random() < 0.1:
        return dice.randbytes(dice.randrange(4000))
    return mutated(text(dice).encode(dice.choice(_ENCODINGS), "ignore"), dice)


def json_like(value: Any, dice: random.Random, *, is_whole: bool = False) -> bytes:
    """The JSON of the value with nodes replaced, dropped or added; sometimes, unless it is to be whole, no JSON any more."""
    for _ in range(dice.randrange(4)):
        value = _changed(value, dice)
    written = json.dumps(value, ensure_ascii=dice.random() < 0.5).encode(errors="surrogatepass")
    if is_whole:
        return written
    if dice.random() < 0.03:
        return dice.choice((b"[", b'{"a":')) * dice.randrange(100_000)
    return mutated(written, dice) if dice.random() < 0.3 else written


def _changed(value: Any, dice: random.Random) -> Any:
    if dice.random() < 0.25 or not isinstance(value, list | dict) or not value:
        return dice.choice((*_VALUES, noise(dice), dice.randrange(-5, 10**9)))
    key = dice.choice(list(value) if isinstance(value, dict) else range(len(value)))
    changed = dict(value) if isinstance(value, dict) else list(value)
    if dice.random() < 0.2:
        del changed[key]
    else:
        changed[key] = _changed(changed[key], dice)
    return changed


def document(suffix: str, dice: random.Random) -> bytes:
    """A file of the kind that its ending names, mutated."""
    said = text(dice)[:3000]
    lines = [line for line in said.split("\n") if line.strip()] or ["x"]
    if suffix in (".srt", ".vtt"):
        cues = [f"{n}\n00:00:{n % 60:02},000 --> 00:00:{n % 60 + 1:02},500\n{line}\n" for n, line in enumerate(lines)]
        return mutated(("WEBVTT\n\n" * (suffix == ".vtt") + "\n".join(cues)).encode(errors="ignore"), dice)
    if suffix in (".html", ".htm", ".xhtml"):
        body = "".join(f"<p><b>{line[:9]}</b>{line}<br>&nbsp;<table><tr><td>" for line in lines)
        return mutated(f"<html><head><title>t</title></head><body>{body}".encode(errors="ignore"), dice)
    if suffix == ".json":
        parts = [{"start": n, "end": n + 1.5, "text": line, "speaker": f"S{n % 3}"} for n, line in enumerate(lines)]
        return json_like({"text": said, "segments": parts, "language": "zh"}, dice)
    if suffix in (".docx", ".odt"):
        tag = "w:p><w:r><w:t>{}</w:t></w:r></w:p" if suffix == ".docx" else "text:p>{}</text:p"
        names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
        inner = "".join(f"<{tag.format(line)}>" for line in lines).encode(errors="ignore")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", dice.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
            place = "word/document.xml" if suffix == ".docx" else "content.xml"
            archive.writestr(place, mutated(b"<w:document " + names.encode() + b">" + inner + b"</w:document>", dice))
        return mutated(packed.getvalue(), dice) if dice.random() < 0.5 else packed.getvalue()
    if suffix == ".pdf":
        drawn = "BT /F1 12 Tf 72 700 Td (" + ") Tj T* (".join(lines) + ") Tj ET"
        page = f"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/Contents 4 0 R>>endobj 4 0 obj<</Length {len(drawn)}>>stream\n{drawn}\nendstream endobj trailer<</Root 1 0 R>>"
        return mutated(b"%PDF-1.4\n" + page.encode("latin-1", "replace"), dice)
    return encoded(dice)
