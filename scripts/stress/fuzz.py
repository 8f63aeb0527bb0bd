"""Feeds bad input to everything that reads something from outside; only the package's own errors may come of it.

python scripts/stress/fuzz.py [--share 1] [--seed 1] [--only TARGET] [--number N] [--save DIR]

Each input has 5 seconds of processor time and the process 6 GB. What is accepted must keep its promises: offsets are true, spans quote, a
mutated manifest never passes. A failure is printed with its target and number: ``--only TARGET --number N`` repeats it.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import tempfile
import time
import traceback
import warnings
from pathlib import Path

# The build loads torch before the engine that reads questions is loaded, as no command does; with more threads than one
# they would then wait for each other, which counts as processor time.
os.environ["OMP_NUM_THREADS"] = "1"

import fuzz_inputs as inputs  # noqa: E402
import material  # noqa: E402

from rag import builder, checking, manifest, passages, pipeline, question_sets, quotes, text, transcripts  # noqa: E402
from rag.errors import RagError  # noqa: E402
from rag.glossary import open_glossary  # noqa: E402
from rag.lines import LineIndex, split_lines  # noqa: E402
from rag.terms import terms  # noqa: E402
from rag.transcripts.decode import decode  # noqa: E402

SECONDS = 5
#: Inputs of each target at ``--share 1``.
COUNTS = {"decode": 4000, "parse": 4000, "fold": 5000, "split": 3000, "ask": 800, "manifest": 3000,
          "questions": 2000, "glossary": 1500, "check": 2000, "read": 3000}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=1, help="of the usual number of inputs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=COUNTS, help="this target alone")
    parser.add_argument("--number", type=int, help="this input alone")
    parser.add_argument("--save", type=Path, help="a folder for the inputs that fail")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    signal.signal(signal.SIGPROF, _too_long)
    total = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        fuzzer = Fuzzer(Path(folder))
        for target in [arguments.only] if arguments.only else COUNTS:
            refused, slowest = 0, (0.0, 0)
            count = round(COUNTS[target] * arguments.share)
            for number in range(count) if arguments.number is None else [arguments.number]:
                dice = random.Random(f"{arguments.seed} {target} {number}")
                start = time.process_time()
                signal.setitimer(signal.ITIMER_PROF, SECONDS)
                try:
                    getattr(fuzzer, target)(dice)
                except RagError as error:
                    refused += 1
                    assert error.hint, f"no hint: {error}"
                except Exception:  # what is looked for
                    failed += 1
                    print(f"FAILED --seed {arguments.seed} --only {target} --number {number}\n{traceback.format_exc()}")
                    if arguments.save:
                        arguments.save.mkdir(parents=True, exist_ok=True)
                        (arguments.save / f"{target}-{number}").write_bytes(fuzzer.last)
                finally:
                    signal.setitimer(signal.ITIMER_PROF, 0)
                slowest = max(slowest, (time.process_time() - start, number))
            total += count
            print(f"{target:10} {count:6} inputs, {refused:5} refused, slowest {slowest[0]:.2f} s (number {slowest[1]})", flush=True)  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"{total} inputs (seed {arguments.seed}): {failed} failures; peak memory {peak:.0f} MB")
    raise SystemExit(1 if failed else 0)


def _too_long(*_: object) -> None:
    raise TimeoutError(f"more than {SECONDS} s")


class Fuzzer:
    """A method for each target. ``last`` is the input that was tried last."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._index = folder / "index"
        material.write(self._index / "transcripts", {f"{n}.md": text for n, text in enumerate(inputs.TRANSCRIPTS)})
        self._manifest = builder.build(self._index, []).manifest
        self._opened = pipeline.open_index(self._index)
        self._sources = {str(n): text for n, text in enumerate(inputs.TRANSCRIPTS)}
        self._path = self._index / "store" / "manifest.json"
        self._written = self._path.read_bytes()
        self.last = b""

    def _take(self, given: str | bytes) -> None:
        self.last = given if isinstance(given, bytes) else given.encode(errors="surrogatepass")

    def decode(self, dice: random.Random) -> None:
        self._take(data := inputs.encoded(dice))
        decoded, encoding = decode(data)
        assert data.decode(encoding) == decoded

    def parse(self, dice: random.Random) -> None:
        self._take(given := inputs.text(dice))
        _check_transcript(transcripts.parse(given, markdown=dice.random() < 0.5), given)

    def read(self, dice: random.Random) -> None:
        suffix = dice.choice(sorted(transcripts.SUFFIXES))
        self._take(data := inputs.document(suffix, dice))
        path = self._folder / f"file{suffix}"
        path.write_bytes(data)
        found = transcripts.read(path)
        _check_transcript(found, found.text)

    def fold(self, dice: random.Random) -> None:
        self._take(given := inputs.text(dice)[:5000])
        folded = text.fold_with_map(given)
        assert folded.text == text.fold(given)
        assert len(folded.text) == len(folded.starts) == len(folded.ends)
        for _ in range(5 if folded.text else 0):
            first = dice.randrange(len(folded.text))
            last = min(first + dice.randrange(1, 50), len(folded.text))
            start, end = folded.source(first, last)
            assert 0 <= start < end <= len(given)
            assert folded.text[first:last] in text.fold(given[start:end])
        terms(given[:1000])
        text.cased(given)

    def split(self, dice: random.Random) -> None:
        self._take(given := inputs.text(dice))
        at = 0
        lines = LineIndex(split_lines(given))
        for passage in passages.split(transcripts.parse(given), "d"):
            span = passage.span
            assert at <= span.char_start < span.char_end
            assert given[span.char_start : span.char_end] == passage.text and passage.text.strip()
            assert lines.span(span.char_start, span.char_end) == span
            at = span.char_end
            inside = [piece for group in passages.segments(passage.text) for piece in group]
            assert all(a[1] <= b[0] for a, b in zip(inside, inside[1:], strict=False))

    def ask(self, dice: random.Random) -> None:
        question = inputs.text(dice)[: dice.choice((10, 40, 150))] if dice.random() < 0.7 else inputs.noise(dice, 60)
        self._take(question)
        answer = pipeline.ask(self._opened, question, min_confidence=0)
        cited = [*answer.citations, *answer.nearest]
        cited += [pipeline.cite_hit(self._opened, hit) for hit in pipeline.search(self._opened, question)]
        for citation in cited:
            source = self._sources[citation.document]
            assert source[citation.span.char_start : citation.span.char_end] == citation.quote

    def manifest(self, dice: random.Random) -> None:
        value = manifest.json.loads(self._written)
        self._take(
            data := inputs.json_like(value, dice) if dice.random() < 0.5 else inputs.mutated(self._written, dice)
        )
        self._path.write_bytes(data)
        try:
            assert manifest.read(self._index) == self._manifest
        finally:
            self._path.write_bytes(self._written)

    def questions(self, dice: random.Random) -> None:
        line = {"id": "q1", "question": "毛利率?", "lines": [1, 2], "answers": ["28.4%"], "document": "1"}
        squad = {"data": [{"title": "t", "paragraphs": [{"context": "收入為一億。", "qas": [
            {"id": "a", "question": "收入?", "answers": [{"text": "一億", "answer_start": 3}], "is_impossible": False}]}]}]}  # fmt: skip
        several = dice.random() < 0.5
        lines = [inputs.json_like({**line, "id": f"q{n}"}, dice) for n in range(dice.randrange(4))]
        self._take(data := b"\n".join(lines) if several else inputs.json_like(squad, dice))
        (path := self._folder / f"questions{dice.choice(('.json', '.jsonl', '.txt'))}").write_bytes(data)
        for asked in question_sets.read(path, fold=dice.choice(("none", "hans", "hant"))).questions:
            assert asked.id and asked.text.strip()

    def glossary(self, dice: random.Random) -> None:
        line = "capex | capital expenditure\t资本开支 | 資本支出\n# note\nchurn\t流失\n"
        data = inputs.mutated(
            (line * dice.randrange(3) + inputs.noise(dice) * dice.randrange(2)).encode(errors="ignore"), dice
        )
        self._take(data)
        (self._folder / "glossary.tsv").write_bytes(data)
        open_glossary.cache_clear()
        glossary = open_glossary(self._folder)
        for question in ("How much capex?", "資本支出多少?", inputs.noise(dice)):
            glossary.translations(question), glossary.synonyms(question)

    def check(self, dice: random.Random) -> None:
        cited = {"document": "0", "char_start": 0, "char_end": 5, "line_start": 1, "line_end": 1, "quote": "總收入為1,845億元", "speaker": None}  # fmt: skip
        answer = {"question": "?", "answered": True, "answer": "「總收入為1,845億元」[1]", "citations": [cited]}
        is_text = dice.random() < 0.5
        told = f"他說「{inputs.text(dice)[:300]}」[0:{dice.randrange(99)}]\n> {inputs.text(dice)[:300]}\n{inputs.text(dice)[:2000]}"
        self._take(data := told.encode(errors="surrogatepass" if dice.random() < 0.1 else "ignore") if is_text else inputs.json_like(answer, dice))  # fmt: skip
        found = checking.check(self._opened, quotes.read(None, data, is_text=is_text)[:20])
        for finding in found:
            if finding.verdict is checking.Verdict.EXACT and finding.citation:
                assert finding.citation.quote in self._sources[finding.citation.document]


def _check_transcript(found: transcripts.Transcript, given: str) -> None:
    assert found.text == given
    assert [s.span.char_start for s in found.sections] == [0, *(s.span.char_end for s in found.sections[:-1])]
    assert found.sections[-1].span.char_end == len(given)
    at = 0
    for turn in found.turns:
        assert at <= turn.label.char_start < turn.label.char_end <= turn.span.char_start < turn.span.char_end
        at = turn.span.char_end


if __name__ == "__main__":
    main()
