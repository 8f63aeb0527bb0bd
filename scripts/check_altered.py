"""Counts how many altered quotes pass `rag check`, and how many true ones it refuses.

    python scripts/check_altered.py index --count 1000

Sentences of the indexed transcripts are altered (a figure, a unit, a direction, a negation, one Han character or one
English word) and, as a control, written otherwise without a change (script, width, punctuation, spacing, thousands
separators). Both numbers should be 0.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import opencc

from rag import sentences
from rag.checking import Finding, check_one
from rag.equivalence import form
from rag.matching import Corpus
from rag.opened import open_index
from rag.quotes import Quote

_UNITS = [
    ("億", "萬"),
    ("亿", "万"),
    ("萬", "億"),
    ("%", "個百分點"),
    ("%", ""),
    ("個百分點", "%"),
    ("billion", "million"),
    ("million", "billion"),
    ("percent", "percentage points"),
    ("basis points", "percent"),
    ("億元", "億美元"),
]
_DIRECTIONS = [("增加", "減少"), ("增長", "下降"), ("上升", "下降"), ("上漲", "下跌"), ("下降", "上升"), ("減少", "增加"), ("提升", "下降"), ("高於", "低於"), ("低於", "高於"), ("超過", "低於"), ("收窄", "擴大"), ("增长", "下降"), ("减少", "增加"), ("提高", "降低"), ("up", "down"), ("down", "up"), ("increase", "decrease"), ("increased", "decreased"), ("increasing", "decreasing"), ("decrease", "increase"), ("decreased", "increased"), ("rose", "fell"), ("grew", "declined"), ("growth", "decline"), ("higher", "lower"), ("lower", "higher"), ("above", "below"), ("more", "less"), ("better", "worse"), ("improved", "worsened"), ("strong", "weak")]  # fmt: skip
_NEGATED = [("不會", "會"), ("沒有", "有"), ("並未", ""), ("不是", "是"), ("不", ""), ("非", ""), ("會", "不會"), ("可以", "不可以"), ("將", "不將"), ("是", "不是"), ("有", "沒有"), ("not ", ""), ("n't", ""), (" is ", " is not "), (" are ", " are not "), (" was ", " was not "), (" have ", " have not "), (" will ", " will not "), (" can ", " cannot "), ("We ", "We never "), ("no ", "")]  # fmt: skip
_FIGURE = re.compile(r"(?<![A-Za-z0-9.])[0-9][0-9,]*(?:\.[0-9]+)?")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SCRIPTS = ("t2s", "s2t", "s2tw", "s2hk")
_WIDE = {**{c: c + 0xFEE0 for c in range(0x21, 0x7F)}, 0x20: 0x3000}
_PUNCTUATION = {",": "，", "，": ",", "。": ".", ":": "：", "：": ":", ";": "；", "；": ";", "(": "（", ")": "）", "?": "？", "！": "!", "“": "「", "”": "」", "’": "'", "、": ","}  # fmt: skip


def altered(sentence: str, chance: random.Random) -> list[tuple[str, str]]:
    """(kind, quote) of each alteration that the sentence allows."""
    found: list[tuple[str, str]] = []
    figures = list(_FIGURE.finditer(sentence))
    if figures:
        match = chance.choice(figures)
        found.append(("figure", sentence[: match.start()] + _other_figure(match[0], chance) + sentence[match.end() :]))
        # After a letter or another dash it would be a hyphen, not a sign.
        if not re.search(r"[A-Za-z~–—−-]$", sentence[: match.start()]):
            found.append(("sign", sentence[: match.start()] + "-" + sentence[match.start() :]))
    if signs := list(re.finditer(r"(?<![A-Za-z–—−-])[-−–+](?=[$0-9])", sentence)):
        match = chance.choice(signs)
        found.append(("sign left out", sentence[: match.start()] + sentence[match.end() :]))
    for kind, pairs in (("unit", _UNITS), ("direction", _DIRECTIONS), ("negation", _NEGATED)):
        fitting = [(match, new) for old, new in pairs for match in re.finditer(_bounded(old, kind), sentence)]
        if fitting:
            match, new = chance.choice(fitting)
            found.append((kind, sentence[: match.start()] + new + sentence[match.end() :]))
    if characters := list(_HAN.finditer(sentence)):
        match = chance.choice(characters)
        other = chance.choice("的是我公司業務長期遊戲收入市場廣告服務雲用戶人工智能")
        if _simplified(other) != _simplified(match[0]):
            found.append(("character", sentence[: match.start()] + other + sentence[match.end() :]))
    elif words := list(re.finditer(r"\b[a-z]{4,}\b", sentence)):
        match = chance.choice(words)
        found.append(
            (
                "word",
                sentence[: match.start()]
                + chance.choice(["market", "guidance", "perhaps", "customer"])
                + sentence[match.end() :],
            )
        )
    return [(kind, quote) for kind, quote in found if quote != sentence]


def variants(sentence: str, chance: random.Random) -> list[tuple[str, str]]:
    """(kind, quote) of ways to write the sentence otherwise that change nothing."""
    script = chance.choice(_SCRIPTS)
    found = [
        ("as it is", sentence),
        (f"script {script}", opencc.OpenCC(script).convert(sentence)),
        ("width", "".join(c.translate(_WIDE) if chance.random() < 0.7 else c for c in sentence)),
        (
            "punctuation",
            re.sub(
                r"(?<![0-9])[,，。:：;；()?！“”’、]|[,，。:：;；()?！“”’、](?![0-9])",
                lambda m: _PUNCTUATION.get(m[0], m[0]),
                sentence,
            ),
        ),
        (
            "spacing",
            re.sub(
                r"(?<=[\u4e00-\u9fff]) ?(?=[\u4e00-\u9fffA-Za-z0-9])",
                lambda _: chance.choice(["", " ", "\n"]),
                sentence,
            ),
        ),
        (
            "thousands",
            re.sub(
                r"(?<![0-9.,])[0-9]{4,9}(?![0-9,/-])", lambda m: f"{int(m[0]):,}" if m[0][0] != "0" else m[0], sentence
            ),
        ),
        ("case", sentence.upper() if "ß" not in sentence else sentence),
    ]
    return [*found, ("all", _all(sentence, chance))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path, nargs="?", default=Path("index"))
    parser.add_argument(
        "--count", type=int, default=1000, help="at least so many altered quotes, and as many true ones"
    )
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    corpus = Corpus(open_index(arguments.index))
    begun = time.perf_counter()
    report("altered quotes", _collect(corpus, altered, arguments.count, chance), wrong=True)
    report("true quotes", _collect(corpus, variants, arguments.count, chance), wrong=False)
    print(f"{time.perf_counter() - begun:.1f} s")


def report(title: str, checked: list[tuple[str, str, Finding]], *, wrong: bool) -> None:
    """Print the counts by kind, and the quotes judged wrongly: those that hold if ``wrong``, else those that do not."""
    made = Counter(kind for kind, _, _ in checked)
    missed = [(kind, sentence, f) for kind, sentence, f in checked if f.holds == wrong]
    verdicts = Counter(str(f.verdict) for _, _, f in checked)
    print(f"{title}: {len(checked)}, judged wrongly: {len(missed)}; {dict(made)}; {dict(verdicts)}")
    for kind, sentence, finding in missed[:20]:
        print(
            f"  {kind}: {finding.verdict} {finding.note}\n    quote  {finding.quote.text!r}\n    source {sentence!r}\n    {[(str(d.kind), d.quoted, d.source) for d in finding.differences]}"
        )


def _collect(
    corpus: Corpus, make: Callable[[str, random.Random], list[tuple[str, str]]], count: int, chance: random.Random
) -> list[tuple[str, str, Finding]]:
    known: list[tuple[str, str]] = []
    store = corpus.index.store
    for number in range(store.document_count):
        document = store.document(number)
        text = document.transcript.text
        for row in range(*document.passages):
            span = store.passage(row).span
            known += [
                (document.name, text[a:b])
                for a, b in sentences.split(text, span.char_start, span.char_end)
                if len(form(text[a:b]).text) >= 5
            ]
    said = {form(sentence).loose for _, sentence in known}
    found: list[tuple[str, str, Finding]] = []
    while len(found) < count and known:
        for document, sentence in chance.sample(known, min(len(known), 200)):
            for kind, quote in make(sentence, chance):
                own, claimed = form(sentence).loose, form(quote).loose
                if make is altered and any(claimed in other for other in said if other != own):
                    continue  # another sentence says just this
                found.append(
                    (kind, sentence, check_one(corpus, Quote(quote, document if chance.random() < 0.5 else None)))
                )
            if len(found) >= count:
                break
    return found


def _simplified(text: str) -> str:
    return str(opencc.OpenCC("t2s").convert(text))


def _other_figure(written: str, chance: random.Random) -> str:
    digits = [at for at, c in enumerate(written) if c.isdigit()]
    way = chance.randrange(4)
    if way == 0 and "." in written:
        return written.replace(".", "")
    if way == 1 and len(digits) > 1 and written[0] != written[-1]:
        return written[::-1] if "," not in written and "." not in written and written[-1] != "0" else written + "1"
    if way == 2:
        return written + "0" if "." not in written else written + "7"
    at = chance.choice(digits)
    return written[:at] + str((int(written[at]) + chance.randrange(1, 9)) % 10) + written[at + 1 :]


def _bounded(word: str, kind: str) -> str:
    plain = re.escape(word)
    return rf"\b{plain}\b" if word.isascii() and word.isalpha() and kind != "negation" else plain


def _all(sentence: str, chance: random.Random) -> str:
    for make in (0, 1, 2, 3):
        if make == 0:
            sentence = opencc.OpenCC(chance.choice(_SCRIPTS)).convert(sentence)
        elif make == 1:
            sentence = (
                sentence.replace(",", "，").replace(" ", "\u00a0")
                if not re.search(r"[0-9],[0-9]", sentence)
                else sentence
            )
        elif make == 2:
            sentence = "".join(
                c.translate(_WIDE) if c.isalnum() and c.isascii() and chance.random() < 0.5 else c for c in sentence
            )
        else:
            sentence = f" {sentence.strip().rstrip('。.')} "
    return sentence


if __name__ == "__main__":
    main()
