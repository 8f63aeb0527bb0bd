"""Many texts → vectors of the bundled model: tokens, windows and batches. `rag.bulk_network` is the network.

A text's vector depends neither on the texts beside it nor on the number of threads, to the last bit: each worker has one
thread, and the network computes each text for itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from rag import bundled_model
from rag.bulk_network import BulkNetwork

#: Called with how many texts have just been embedded.
Progress = Callable[[int], None]
_BEGIN, _END = 0, 2
#: Tokens that the model reads at once, the marks at both ends among them.
_LONGEST = 512


class Bulk:
    """Embeds with a network."""

    def __init__(self, network: BulkNetwork):
        from tokenizers import Tokenizer

        self._network = network
        self._tokenizer = Tokenizer.from_file(str(network.tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._characters = str.maketrans(bundled_model.character_map())

    def encode(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """Unit vectors of texts that carry their prefix, float32 (texts, hidden); a text beyond the model's length is
        embedded in windows and averaged by their tokens."""
        pieces: list[tuple[int, list[int]]] = []
        room = _LONGEST - 2
        for at in range(0, len(texts), 4096):
            batch = [
                text.encode(errors="replace").decode().translate(self._characters) for text in texts[at : at + 4096]
            ]
            for number, encoding in enumerate(self._tokenizer.encode_batch(batch, add_special_tokens=False), at):
                ids = encoding.ids
                pieces += [(number, [_BEGIN, *ids[i : i + room], _END]) for i in range(0, max(1, len(ids)), room)]
        sums = np.zeros((len(texts), 384), np.float32)
        batches = _packed([len(ids) for _, ids in pieces], self._network.batch_tokens)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found = pool.map(lambda places: self._network.means([pieces[p][1] for p in places]), batches)
            for places, means in zip(batches, found, strict=True):
                for place, mean in zip(places, means, strict=True):
                    number, ids = pieces[place]
                    sums[number] += mean * max(1, len(ids) - 2)
                progress(sum(1 for place in places if place == 0 or pieces[place - 1][0] != pieces[place][0]))
        return sums / np.linalg.norm(sums, axis=1, keepdims=True).clip(1e-12)


def _packed(lengths: list[int], most: int) -> list[list[int]]:
    """Numbers of texts in batches of at most so many tokens (or one text), the longest first, those of one length next to
    each other."""
    batches: list[list[int]] = []
    room = 0
    for number in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        if lengths[number] > room or not batches:
            batches.append([])
            room = max(most, lengths[number])
        batches[-1].append(number)
        room -= lengths[number]
    return batches
