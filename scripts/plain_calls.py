"""Writes English calls as ECTSum has them, a sentence on each line and no word of who speaks, with their questions.

    python scripts/plain_calls.py scripts/calls/train --out PLAIN_DIR

The product makes longer passages of such a text, as no speaker ends one: `reader_data.py` and `calibrate_reader.py` take the
folder beside that of the calls as they are. Questions whose answer is not among what is said are left out, such as who asked.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from rag import sentences, transcripts
from rag.records import Role, Transcript
from rag.text import is_mostly_han


def said(transcript: Transcript) -> Iterator[tuple[int, str]]:
    """The sentences of a call in order, each with its line; the operator's are left out."""
    spans = [turn.span for turn in transcript.turns if turn.speaker.role is not Role.OPERATOR]
    for start, end in [(span.char_start, span.char_end) for span in spans] or [(0, len(transcript.text))]:
        for begin, stop in sentences.split(transcript.text, start, end):
            yield transcript.text.count("\n", 0, begin) + 1, transcript.text[begin:stop]


def put(question: dict, lines: list[tuple[int, str]]) -> dict | None:
    """The question with its lines in the plain text; None if none of them has its answer."""
    if not question.get("lines"):
        return question
    gold = [place for place, (line, _) in enumerate(lines, 1) if line in question["lines"]]
    has_answer = any(answer in lines[place - 1][1] for place in gold for answer in question["answers"])
    return question | {"lines": gold} if has_answer else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("calls", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for source in sorted(arguments.calls.glob("*.txt")):
        text = source.read_text(encoding="utf-8")
        if is_mostly_han(text):
            continue
        lines = list(said(transcripts.parse(text)))
        found = map(json.loads, source.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines())
        asked = [question for each in found if (question := put(each, lines))]
        (arguments.out / source.name).write_text("".join(f"{sentence}\n" for _, sentence in lines), encoding="utf-8")
        written = "".join(json.dumps(question, ensure_ascii=False) + "\n" for question in asked)
        (arguments.out / source.name).with_suffix(".jsonl").write_text(written, encoding="utf-8")
        print(f"{source.stem}: {len(lines)} sentences, {len(asked)} questions")


if __name__ == "__main__":
    main()
