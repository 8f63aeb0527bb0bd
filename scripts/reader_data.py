"""Prepares what `train_reader.py` learns from: questions with passages that answer them and passages that do not.

    python scripts/reader_data.py TRAIN_DIR --drcd drcd_dev.json --out ~/.cache/rag/reader/groups.npz

TRAIN_DIR holds `cmrc2018_train.json` (CMRC 2018, HFL) and `squad2_en_zh.jsonl` (SQuAD 2.0 dev with its translation
ChineseSquad); DRCD dev (Delta Research Center) may be added, and is no measure of the trained reader then. All are
CC BY-SA. Chinese questions without an English partner are also put into English word by word (`code_switch.py`), and
`reader_figures.py`, `reader_plans.py`, `reader_segments.py` and `reader_decisions.py` add made-up sentences of calls, and
`reader_calls.py` whole invented calls with their questions (as `plain_calls.py` writes them, too). A group is a question with

- one passage that answers it and three that do not: of the same paragraph, those that our first stage finds nearest, the
  answering passage with its answering sentence taken out; or
- for questions that their paragraph does not answer (SQuAD 2.0's own, and questions whose year was changed) passages
  of that paragraph and a neighbour.

Passages are cut as the product cuts them, or, for most groups, into the shorter pieces that calls have; texts are
folded as the encoder sees them. A twentieth of the articles is held out: its groups have eight candidates.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import reader_calls
import reader_decisions
import reader_figures
import reader_plans
import reader_segments
from code_switch import switch
from reader_groups import Group, Pair, write
from reader_neighbours import Neighbours, Vectors

from rag import passages, sentences, transcripts
from rag.second_stage import TrainedReader
from rag.text import cased, weight

SEED = 0
#: Share of groups with short pieces, and how long these are at most, in the units of `passages.LONGEST`.
SHORT, SHORT_LONGEST = 0.6, (30, 110)
NEGATIVES, HELD_OUT_NEGATIVES = 3, 7
#: The first stage's neighbours that negatives are drawn from.
NEIGHBOURS = 12
#: What makes up groups, and how many.
MADE = {reader_figures: 5000, reader_plans: 3000, reader_segments: 4000, reader_decisions: 2000}
_YEAR = re.compile(r"(?:1[0-9]|20)[0-9]{2}(?=年)")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in one or both languages; ``answer`` is its span in the paragraph, None where that does not answer."""

    zh: str
    en: str | None
    answer: tuple[int, int] | None


@dataclass(slots=True)
class Paragraph:
    """``cuts`` and ``short`` are spans of ``text``; ``held_out`` says which part its article is in."""

    text: str
    article: str
    english: str | None = None
    asked: list[Asked] = field(default_factory=list)
    cuts: list[tuple[int, int]] = field(default_factory=list)
    short: list[tuple[int, int]] = field(default_factory=list)
    held_out: bool = False


def squad(path: Path) -> Iterator[Paragraph]:
    """CMRC and DRCD: nested as SQuAD is."""
    for number, article in enumerate(json.loads(path.read_text(encoding="utf-8"))["data"]):
        for inner in article.get("paragraphs", [article]):
            found = Paragraph(inner["context"], f"{path.stem}:{article.get('title', number)}")
            for qa in inner["qas"]:
                answer = _span(found.text, qa["answers"][0]) if qa["answers"] else None
                if answer:
                    found.asked.append(Asked(qa["question"], None, answer))
            yield found


def bilingual(path: Path) -> Iterator[Paragraph]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found = Paragraph(row["context_zh"], f"squad:{row['article']}", row["context_en"])
        for qa in row["qas"]:
            answer = None if qa["is_impossible"] or not qa["answers_zh"] else _span(found.text, qa["answers_zh"][0])
            if answer or qa["is_impossible"]:
                found.asked.append(Asked(qa["question_zh"], qa["question_en"], answer))
        yield found


def read(train: Path, drcd: Path | None, rng: random.Random) -> list[Paragraph]:
    """All paragraphs; the articles that are held out are the first that ``rng`` draws."""
    paragraphs = [*squad(train / "cmrc2018_train.json"), *bilingual(train / "squad2_en_zh.jsonl")]
    if drcd:
        paragraphs += squad(drcd)
    articles = sorted({p.article for p in paragraphs})
    for source in sorted({a.split(":")[0] for a in articles}):
        own = [a for a in articles if a.startswith(f"{source}:")]
        # A twentieth of each source: ChineseSquad has few articles, with many paragraphs each.
        drawn = set(rng.sample(own, max(3, len(own) // 20)))
        for paragraph in paragraphs:
            paragraph.held_out = paragraph.held_out or paragraph.article in drawn
    return paragraphs


def _span(text: str, answer: dict) -> tuple[int, int] | None:
    words, start = answer["text"].strip(), answer["answer_start"]
    if not words:
        return None
    if text[start : start + len(words)] != words:
        start = text.find(words)
    return (start, start + len(words)) if start >= 0 else None


def _spans(text: str) -> list[tuple[int, int]]:
    """Where the product's passages of a text stand in it."""
    return [(p.span.char_start, p.span.char_end) for p in passages.split(transcripts.parse(text), "p")]


def _cut(paragraph: Paragraph, rng: random.Random) -> None:
    paragraph.cuts = _spans(paragraph.text)
    limit = 0.0
    for start, end in sentences.split(paragraph.text):
        begin = paragraph.short[-1][0] if paragraph.short else start
        if paragraph.short and weight(paragraph.text[begin:end]) <= limit:
            paragraph.short[-1] = (begin, end)
        else:
            paragraph.short.append((start, end))
            limit = rng.uniform(*SHORT_LONGEST)


class Pool:
    """One kind of pieces of all paragraphs of a part, and which are near a question."""

    def __init__(self, pieces: list[tuple[Paragraph, tuple[int, int]]], vectors: Vectors):
        self.pieces = pieces
        self._neighbours = Neighbours([p.text[a:b] for p, (a, b) in pieces], vectors)

    def near(self, question: str) -> list[tuple[Paragraph, tuple[int, int]]]:
        """The nearest pieces, best first."""
        return [self.pieces[i] for i in self._neighbours.near(question, NEIGHBOURS * 3)]


def _pair(paragraph: Paragraph, cut: tuple[int, int], answer: tuple[int, int] | None) -> Pair:
    start, end = cut
    text = cased(paragraph.text[start:end])
    if answer is None:
        return Pair(text)
    before = len(cased(paragraph.text[start : answer[0]]))
    return Pair(text, True, (before, before + len(cased(paragraph.text[slice(*answer)]))))


def _groups(paragraph: Paragraph, near: dict[str, Pool], rng: random.Random) -> Iterator[Group]:
    for asked in paragraph.asked:
        kind = "short" if rng.random() < SHORT else "cuts"
        own = getattr(paragraph, kind)
        others = [(p, c) for p, c in near[kind].near(asked.zh) if p is not paragraph]
        if asked.answer is None:
            yield from _unanswered(paragraph, asked.zh, asked.en, own, others, "impossible", rng)
            continue
        start, end = asked.answer
        right = next((c for c in own if c[0] <= start and end <= c[1]), None)
        if right is None:
            continue
        words = paragraph.text[start:end]
        free = [c for c in own if c != right and (len(words) < 2 or words not in paragraph.text[slice(*c)])]
        rng.shuffle(free)
        for question, language in _asked(asked, rng):
            found = others
            if language == "en-zh":
                found = [(p, c) for p, c in near[kind].near(question) if p is not paragraph]
            chosen = [(p, c) for p, c in found if len(words) < 2 or words not in p.text[slice(*c)]][:NEIGHBOURS]
            pairs = [_pair(paragraph, right, asked.answer), *_wrong(paragraph, right, asked.answer, free, chosen, rng)]
            if len(pairs) > 1:
                yield Group(cased(question), pairs, language, paragraph.held_out)
        year = _YEAR.search(asked.zh)
        if year and year[0] in paragraph.text[slice(*right)]:
            other = str(int(year[0]) + rng.choice([-3, -2, -1, 1, 2, 3]))
            if other not in paragraph.text:
                changed = asked.zh.replace(year[0], other)
                yield from _unanswered(paragraph, changed, None, [right], others, "changed", rng)


def _asked(asked: Asked, rng: random.Random) -> Iterator[tuple[str, str]]:
    """The ways to ask it of Chinese text, with their kinds."""
    yield asked.zh, "translated zh" if asked.en else "zh"
    if asked.en:
        yield asked.en, "en-zh"
    elif switched := switch(asked.zh, rng):
        yield switched, "mixed-zh"


def _wrong(
    paragraph: Paragraph,
    right: tuple[int, int],
    answer: tuple[int, int],
    free: list[tuple[int, int]],
    others: list[tuple[Paragraph, tuple[int, int]]],
    rng: random.Random,
) -> list[Pair]:
    """Passages that do not answer: of the same paragraph, and near ones of others."""
    count = HELD_OUT_NEGATIVES if paragraph.held_out else NEGATIVES
    wrong = [_pair(paragraph, c, None) for c in free[: max(1, count // 2)]]
    if not paragraph.held_out and rng.random() < 0.25:
        wrong = [*_without(paragraph, right, answer), *wrong]
    chosen = others[:count] if paragraph.held_out else rng.sample(others, min(len(others), count))
    return (wrong + [_pair(p, c, None) for p, c in chosen])[:count]


def _english(paragraphs: list[Paragraph], vectors: Vectors, rng: random.Random) -> Iterator[Group]:
    """Questions in both languages about English paragraphs that are one passage. Where their answers stand is not known."""
    own = {p.english: p for p in paragraphs if p.english and len(_spans(p.english)) == 1}
    texts = list(own)
    neighbours = Neighbours(texts, vectors)
    for text, paragraph in own.items():
        count = HELD_OUT_NEGATIVES if paragraph.held_out else NEGATIVES
        for asked in paragraph.asked:
            for question, language in ((asked.zh, "zh-en"), (asked.en, "en")):
                if not question:
                    continue
                near = [t for t in (texts[i] for i in neighbours.near(question, NEIGHBOURS)) if t != text]
                wrong = [Pair(cased(t)) for t in (near[:count] if paragraph.held_out else rng.sample(near, count))]
                if asked.answer is not None:
                    yield Group(cased(question), [Pair(cased(text), True), *wrong], language, paragraph.held_out)
                else:
                    pairs = [Pair(cased(text)), *wrong[:1]]
                    yield Group(cased(question), pairs, f"{language} impossible", paragraph.held_out)


def _unanswered(
    paragraph: Paragraph, zh: str, en: str | None, own: list, others: list, kind: str, rng: random.Random
) -> Iterator[Group]:
    chosen = [_pair(paragraph, c, None) for c in rng.sample(own, min(2, len(own)))]
    chosen += [_pair(p, c, None) for p, c in others[: rng.choice([0, 1])]]
    for text, language in ((zh, "zh"), (en, "en-zh")):
        if text and chosen:
            yield Group(cased(text), chosen, f"{language} {kind}", paragraph.held_out)


def _without(paragraph: Paragraph, cut: tuple[int, int], answer: tuple[int, int]) -> list[Pair]:
    """The passage with its answering sentence taken out, if something is left and the answer does not stand there too."""
    rest = [paragraph.text[a:b] for a, b in sentences.split(paragraph.text, *cut) if b <= answer[0] or a >= answer[1]]
    text = "".join(rest)
    return [Pair(cased(text))] if len(text) > 10 and paragraph.text[slice(*answer)] not in text else []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("--drcd", type=Path, default=None)
    parser.add_argument("--calls", type=Path, nargs="+", default=[Path(__file__).parent / "calls" / "train"])
    parser.add_argument("--reader", type=Path, help="weights that choose the wrong passages of calls")
    parser.add_argument("--out", type=Path, default=Path("~/.cache/rag/reader/groups.npz").expanduser())
    arguments = parser.parse_args()
    rng = random.Random(SEED)
    paragraphs = read(arguments.train, arguments.drcd, rng)
    for paragraph in paragraphs:
        _cut(paragraph, rng)
    vectors = Vectors()
    vectors.add("query", [text for p in paragraphs for asked in p.asked for text in (asked.zh, asked.en) if text])
    groups: list[Group] = []
    for part in (False, True):
        chosen = [p for p in paragraphs if p.held_out is part]
        near = {k: Pool([(p, c) for p in chosen for c in getattr(p, k)], vectors) for k in ("cuts", "short")}
        groups += [group for p in chosen for group in _groups(p, near, rng)]
        groups += _english(chosen, vectors, rng)
    for made, count in MADE.items():
        groups += made.groups(count, rng)
    reader = TrainedReader(arguments.reader) if arguments.reader else None
    for folder in arguments.calls:
        groups += reader_calls.groups(folder, rng, reader)
    rng.shuffle(groups)
    write(groups, arguments.out)
    print(f"seed {SEED}; {len({p.article for p in paragraphs if p.held_out})} articles held out")
    for (kind, held), count in sorted(Counter((g.kind, g.held_out) for g in groups).items()):
        print(f"  {kind}{', held out' if held else ''}: {count}")


if __name__ == "__main__":
    main()
