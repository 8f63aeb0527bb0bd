"""Averages the weights of readers that were trained on from one another.

    python scripts/average_reader.py FIRST/reader.safetensors SECOND/reader.safetensors … --out reader.safetensors

What one gained by seeing other data is kept, what it forgot of the former is mended: Wortsman et al. (2022), "Model soups:
averaging weights of multiple fine-tuned models improves accuracy without increasing inference time".
"""

from __future__ import annotations

import argparse
from pathlib import Path

import reader_model
import torch
from train_reader import CARD


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path, nargs="+", help="what `train_reader.py` exported")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    readers = [reader_model.load(path) for path in arguments.weights]
    with torch.no_grad():
        for name, weight in readers[0].weights.items():
            weight.copy_(torch.stack([reader.weights[name] for reader in readers]).mean(0))
    reader_model.save(readers[0], arguments.out, CARD)


if __name__ == "__main__":
    main()
