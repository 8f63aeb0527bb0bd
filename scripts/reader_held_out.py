"""Writes the articles that `reader_data.py` holds out as SQuAD files, for `evaluate_reader.py --tune` and `rag eval`.

    python scripts/reader_held_out.py TRAIN_DIR --drcd drcd_dev.json --out OUT_DIR

`held_out_zh.json` has the Chinese questions, `held_out_en.json` the English ones, both on the same Chinese paragraphs,
those that the paragraphs do not answer among them. `held_out_squad.json` has of the Chinese ones those of SQuAD 2.0, for
`measure_answerability.py`. `others_zh.json` and `others_en.json` have questions of articles that are trained on: for
`calibrate_reader.py`, which asks them where nothing answers.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

from reader_data import SEED, Paragraph, read


def write(path: Path, paragraphs: list[Paragraph], language: str) -> None:
    """The paragraphs with their questions in ``language``, "zh" or "en"."""
    written = []
    for number, paragraph in enumerate(paragraphs):
        asked = [(place, q, getattr(q, language)) for place, q in enumerate(paragraph.asked)]
        qas = [
            {
                "id": f"{number}-{place}",
                "question": text,
                "is_impossible": q.answer is None,
                "answers": [{"text": paragraph.text[slice(*q.answer)]}] if q.answer else [],
            }
            for place, q, text in asked
            if text
        ]
        written.append({"context": paragraph.text, "qas": qas})
    # In random order, so that the first so many questions are of all sources.
    random.Random(SEED).shuffle(written)
    path.write_text(json.dumps({"data": [{"paragraphs": written}]}, ensure_ascii=False), encoding="utf-8")
    print(f"{path.name}: {len(written)} paragraphs, {sum(len(p['qas']) for p in written)} questions")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("--drcd", type=Path, default=None)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    # The held-out articles are the first thing drawn, here as there.
    paragraphs = read(arguments.train, arguments.drcd, random.Random(SEED))
    arguments.out.mkdir(parents=True, exist_ok=True)
    for part, is_held_out in (("held_out", True), ("others", False)):
        for language in ("zh", "en"):
            chosen = [p for p in paragraphs if p.held_out is is_held_out]
            write(arguments.out / f"{part}_{language}.json", chosen, language)
    squad = [p for p in paragraphs if p.held_out and p.article.startswith("squad:")]
    write(arguments.out / "held_out_squad.json", squad, "zh")


if __name__ == "__main__":
    main()
