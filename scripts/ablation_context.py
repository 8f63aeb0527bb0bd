"""Measures what context in the embedded text does: the speaker, the section, the question that a turn answers.

    python scripts/ablation_context.py TRANSCRIPT QUESTIONS.jsonl

The index is built once for each context and asked the questions, first stage only. A context stands before each of the
passage's segments.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from rag import builder, evaluation, passages, pipeline, transcripts
from rag.records import Passage, Transcript
from rag.text import cased

Context = Callable[[Transcript, Passage], str]


def _speaker(_: Transcript, passage: Passage) -> str:
    named = passage.speaker
    return " ".join(filter(None, (named.organisation, named.name, named.title))) if named else ""


def _section(transcript: Transcript, passage: Passage) -> str:
    at = passage.span.char_start
    return next((s.title or "" for s in transcript.sections if s.span.char_start <= at < s.span.char_end), "")


def _question(transcript: Transcript, passage: Passage) -> str:
    if passage.exchange is None or passage.is_question:
        return ""
    asked = [turn.span for turn in transcript.turns if turn.exchange == passage.exchange and turn.is_question]
    return " ".join(transcript.text[span.char_start : span.char_end] for span in asked)


def _all(transcript: Transcript, passage: Passage) -> str:
    return " ".join(filter(None, (part(transcript, passage) for part in (_section, _speaker, _question))))


CONTEXTS: dict[str, Context] = {
    "no context (as built)": lambda *_: "",
    "speaker": _speaker,
    "section's title": _section,
    "the question answered": _question,
    "all three": _all,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("transcript", type=Path)
    parser.add_argument("questions", type=Path)
    arguments = parser.parse_args()
    transcript = transcripts.read(arguments.transcript)
    plain = passages.embedded_texts
    print("| context | R@1 | MRR@10 |\n|---|---|---|")
    for name, context in CONTEXTS.items():

        def embedded(passage: Passage, context: Context = context) -> list[str]:
            said = context(transcript, passage)
            return [f"{cased(said)} {each}" if said else each for each in plain(passage)]

        passages.embedded_texts = embedded
        with tempfile.TemporaryDirectory() as folder:
            index = Path(folder)
            builder.build(index, [arguments.transcript])
            report = evaluation.evaluate(arguments.questions, lambda at=index: pipeline.open_index(at))
        ranks = [outcome.rank for outcome in report.outcomes if outcome.question.answerable]
        first = sum(rank == 1 for rank in ranks) / len(ranks)
        reciprocal = sum(1 / rank for rank in ranks if rank is not None) / len(ranks)
        print(f"| {name} | {first:.3f} | {reciprocal:.3f} |", flush=True)


if __name__ == "__main__":
    main()
