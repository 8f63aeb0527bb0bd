"""Finds the channels in which nearly all of a token's layer-normed numbers lie: `rag/eight_bit_graph.py` keeps them apart.

    python scripts/find_spikes.py CALL.txt CALL_EN.txt …

Reads passages of each text with the bundled model in float32 and prints the channels that hold more than half of the
squares of some token, with the largest number there, by how many of the layer norms, and at which end of a text.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer

from rag import bundled_model, passages, transcripts
from rag.text import cased

#: Passages of a text, and the share of a token's squares that makes a channel a spike.
PASSAGES, SHARE = 40, 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path, nargs="+")
    arguments = parser.parse_args()
    model = SentenceTransformer(str(bundled_model.exported()), device="cpu")
    largest: dict[int, float] = defaultdict(float)
    where: dict[int, set[str]] = defaultdict(set)
    at_ends: dict[int, list[bool]] = defaultdict(list)

    def look(name: str, outputs: torch.Tensor) -> None:
        squares = outputs[0].square()
        shares, channels = (squares / squares.sum(1, keepdim=True)).max(1)
        for token in (shares > SHARE).nonzero()[:, 0].tolist():
            channel = int(channels[token])
            largest[channel] = max(largest[channel], float(outputs[0, token, channel].abs()))
            where[channel].add(name)
            at_ends[channel].append(token in (0, len(shares) - 1))

    for name, module in model.named_modules():
        if isinstance(module, torch.nn.LayerNorm):
            module.register_forward_hook(lambda _, __, outputs, name=name: look(name, outputs))
    for path in arguments.texts:
        for passage in passages.split(transcripts.parse(path.read_text(encoding="utf-8")), path.stem)[:PASSAGES]:
            model.encode(f"passage: {cased(passage.text)}")
    for channel in sorted(largest, key=lambda c: -largest[c]):
        ends = sum(at_ends[channel]) / len(at_ends[channel])
        print(
            f"channel {channel}: up to {largest[channel]:.1f}, in {len(where[channel])} layer norms, "
            f"{100 * ends:.0f} % of the tokens at an end of their text"
        )


if __name__ == "__main__":
    main()
