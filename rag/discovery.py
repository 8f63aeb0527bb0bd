"""Which files are to be indexed: those below the given paths that are transcripts by their names, each with a document name."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from rag import transcripts
from rag.opened import root_path
from rag.passage_store import Source
from rag.progress import Report, silent


@dataclass(frozen=True, slots=True)
class Found:
    """A file to index: its document name, where it lies, and the source record of its present bytes."""

    name: str
    path: Path
    source: Source


def discover(index: Path, roots: list[str], report: Report = silent) -> tuple[list[Found], list[tuple[Path, str]]]:
    """The transcripts below the roots, named, in the order of their names; and what was left out, with the reason."""
    candidates: dict[Path, tuple[int, str]] = {}
    skipped: list[tuple[Path, str]] = []
    for number, root in enumerate(roots):
        base = root_path(index, root)
        if base.is_file():
            candidates.setdefault(base.resolve(), (number, ""))
            continue
        for folder, subfolders, names in os.walk(base):
            skipped += [(Path(folder) / name, "a hidden folder") for name in sorted(subfolders) if name.startswith(".")]
            subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
            for name in sorted(names):
                path = Path(folder) / name
                if name.startswith("."):
                    skipped.append((path, "a hidden file"))
                elif path.suffix.lower() not in transcripts.SUFFIXES:
                    skipped.append((path, "not a transcript by its name's ending"))
                elif not path.resolve().is_relative_to(base.resolve()):
                    skipped.append((path, "a link that leaves the folder"))
                else:
                    candidates.setdefault(path.resolve(), (number, str(path.relative_to(base))))
    return _named(index, roots, candidates, report), skipped


def _named(index: Path, roots: list[str], candidates: dict[Path, tuple[int, str]], report: Report) -> list[Found]:
    stems: dict[str, list[Path]] = {}
    for path in candidates:
        stems.setdefault(path.stem, []).append(path)
    found = []
    for done, (path, (number, relative)) in enumerate(candidates.items(), 1):
        report("looking at files", done, len(candidates))
        # A stem that two files share is told apart by the path below the root, and by the ending where that is not enough.
        name = path.stem
        if len(stems[name]) > 1:
            below = relative or path.name
            rivals = [candidates[other][1] or other.name for other in stems[name] if other != path]
            plain = str(Path(below).with_suffix(""))
            name = (
                plain
                if plain not in {str(Path(rival).with_suffix("")) for rival in rivals}
                else below
                if below not in rivals
                else str(path)
            )
        try:
            if not path.is_file():
                raise OSError  # a pipe, for one, would be waited for
            with path.open("rb") as file:
                digest, size = hashlib.file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_size
        except OSError:
            digest, size = "", 0  # reading it gives the error its proper words
        found.append(
            Found(
                name,
                root_path(index, roots[number]) / relative if relative else path,
                Source(number, relative, size, digest),
            )
        )
    return sorted(found, key=lambda f: f.name)
