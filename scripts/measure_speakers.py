"""Counts what is recognised of the speakers in a folder of calls.

    python scripts/measure_speakers.py scripts/calls/train scripts/calls/tune

Prints for each folder how many calls have speakers at all and exchanges; of the turns, how many have a role, and of those
of analysts how many a house.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rag.records import Role
from rag.transcripts import read


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    for folder in parser.parse_args().folders:
        calls = [read(path) for path in sorted(folder.rglob("*.txt"))]
        turns = [turn for call in calls for turn in call.turns]
        asked = [turn.speaker.organisation for turn in turns if turn.speaker.role is Role.ANALYST]
        print(
            f"{folder}: {len(calls)} calls, with speakers {sum(bool(call.turns) for call in calls)}, "
            f"with exchanges {sum(any(turn.exchange for turn in call.turns) for call in calls)}; {len(turns)} turns, "
            f"with a role {sum(turn.speaker.role is not Role.UNKNOWN for turn in turns)}; "
            f"{len(asked)} of analysts, with a house {sum(house is not None for house in asked)}"
        )


if __name__ == "__main__":
    main()
