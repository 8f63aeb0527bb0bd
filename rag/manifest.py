"""The layout of an index folder, its versions and checksums, and how a build is published.

    INDEX/transcripts/            what is indexed by default
    INDEX/store/manifest.json     which generation is current, how it was made, every file's size and SHA-256
    INDEX/store/generations/ID/   a build: written, synced, then named in the manifest; never changed afterwards
    INDEX/store/embedded          vectors of a build that has not finished, for the next one to take up
    INDEX/store/lock              held by the build that runs (the system lets go of it when that process dies)

A reader opens one manifest and sees one generation, whole. ``ID`` is a hash of the files' checksums, so that the same
input gives the same folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag import dense_index, lexical_index, passage_store, passages, text, vector_store
from rag.errors import BusyError, StoreError
from rag.progress import Report, silent

FORMAT = 9
_TEXT_VERSION = text.VERSION
_PASSAGES_VERSION = passages.VERSION
FILES = (*passage_store.FILES, *lexical_index.FILES, *dense_index.FILES, *vector_store.FILES)
#: So many bytes are checked against their checksums whenever an index is opened, the smallest files first; ``rag verify`` checks all.
CHECKED_ON_OPEN = 32 << 20
_REBUILD = "run: rag build"
#: Bytes read at a time.
_BLOCK = 1 << 22


@dataclass(frozen=True, slots=True)
class Manifest:
    """One published build.

    ``roots`` are the files and folders that were indexed: absolute, or relative to the index folder if they lie in it.
    ``files`` gives each file's size in bytes and SHA-256; ``fingerprint`` is the encoder's; ``dense`` names the type of
    the FAISS index. ``skipped`` gives the names of transcripts that were left out, each with the file's SHA-256 and why.
    ``transcripts_version`` is of the code that read the files, ``analysers`` are the libraries that told their words: what
    they made stays good, but the next build reads again with others.
    """

    generation: str
    model: str
    fingerprint: str
    dimension: int
    roots: tuple[str, ...]
    documents: int
    passages: int
    vectors: int
    dense: str
    files: dict[str, tuple[int, str]]
    skipped: dict[str, tuple[str, str]]
    transcripts_version: int = 0
    analysers: str = ""
    text_version: int = _TEXT_VERSION
    passages_version: int = _PASSAGES_VERSION
    format: int = FORMAT

    def leaves_out(self, name: str, sha256: str) -> bool:
        """Whether the build left out this file, as it is now."""
        return name in self.skipped and self.skipped[name][0] == sha256


def store_of(index: Path) -> Path:
    """The folder that holds everything built."""
    return index / "store"


def generation_of(index: Path, manifest: Manifest) -> Path:
    """The folder of the manifest's generation."""
    return store_of(index) / "generations" / manifest.generation


def read(index: Path) -> Manifest:
    """The current manifest.

    Raises:
        StoreError: there is none, or it is damaged or of another version.
    """
    path = store_of(index) / "manifest.json"
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise StoreError("there is no index here", path=index, hint=f"{_REBUILD} PATH --index {index}") from None
    except OSError as error:
        raise StoreError(
            f"the index cannot be read ({error.strerror})", path=path, hint="check the folder's permissions"
        ) from None
    try:
        fields = json.loads(raw)
        checksum = fields.pop("checksum")
        made_by = fields["format"], fields["text_version"], fields["passages_version"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise StoreError("the index's manifest is damaged", path=path, hint=_REBUILD) from None
    if made_by != (FORMAT, _TEXT_VERSION, _PASSAGES_VERSION):
        raise StoreError("the index was made by another version of rag", path=path, hint=_REBUILD)
    if checksum != _checksum(fields):
        raise StoreError("the index's manifest is damaged", path=path, hint=_REBUILD)
    try:
        manifest = Manifest(
            **{
                **fields,
                "roots": tuple(fields["roots"]),
                "files": {name: (int(size), str(sha)) for name, (size, sha) in fields["files"].items()},
                "skipped": {name: (str(sha), str(reason)) for name, (sha, reason) in fields["skipped"].items()},
            }
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise StoreError("the index's manifest is damaged", path=path, hint=_REBUILD) from None
    outside = any(".." in Path(root).parts for root in manifest.roots)
    if set(manifest.files) != set(FILES) or not _is_plain(manifest.generation) or outside:
        raise StoreError("the index's manifest is damaged", path=path, hint=_REBUILD)
    return manifest


def check(index: Path, manifest: Manifest, *, thorough: bool, report: Report = silent) -> None:
    """Compare the generation's files with the manifest: all sizes; all checksums when ``thorough``, else those of the
    smallest files, which tell where everything lies, as far as ``CHECKED_ON_OPEN`` goes.

    Raises:
        StoreError: naming the first file that is missing or not as it was written.
    """
    folder = generation_of(index, manifest)
    budget = CHECKED_ON_OPEN
    advance = _counting(report, "comparing checksums", sum(size for size, _ in manifest.files.values()))
    for name, (size, sha256) in sorted(manifest.files.items(), key=lambda item: (item[1][0], item[0])):
        path = folder / name
        budget -= size
        try:
            if path.stat().st_size != size:
                raise StoreError("a file of the index is damaged (its size is wrong)", path=path, hint=_REBUILD)
            if (thorough or budget >= 0) and _sha256(path, advance) != sha256:
                raise StoreError("a file of the index is damaged (its checksum is wrong)", path=path, hint=_REBUILD)
        except OSError as error:
            raise StoreError(
                f"a file of the index cannot be read ({error.strerror})", path=path, hint=_REBUILD
            ) from None


@contextmanager
def building(index: Path) -> Iterator[Path]:
    """Hold the index for a build and give an empty draft folder to write into; what is not published is removed.

    Raises:
        BusyError: another process is building.
        StoreError: the folder cannot be written.
    """
    store = store_of(index)
    try:
        (store / "generations").mkdir(parents=True, exist_ok=True)
        lock = os.open(store / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(
            f"the index cannot be written ({error.strerror})", path=store, hint="choose another folder with --index DIR"
        ) from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BusyError(
                "another build is running on this index",
                path=index,
                hint="wait until it has finished, then run rag build again",
            ) from None
        try:
            _remove_orphans(index)
            draft = store / "generations" / ".draft"
            draft.mkdir()
        except OSError as error:
            raise StoreError(
                f"the index cannot be written ({error.strerror})",
                path=store,
                hint="choose another folder with --index DIR",
            ) from None
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)
            _remove_orphans(index)
    finally:
        os.close(lock)


def publish(index: Path, draft: Path, report: Report = silent, **fields: Any) -> Manifest:
    """Make the draft the current generation: sync it, rename it, then replace the manifest.

    Args:
        fields: what ``Manifest`` records but ``generation`` and ``files``.
    """
    files = {}
    advance = _counting(report, "taking checksums", sum((draft / name).stat().st_size for name in FILES))
    for name in FILES:
        path = draft / name
        with path.open("rb") as file:
            os.fsync(file.fileno())
        files[name] = (path.stat().st_size, _sha256(path, advance))
    generation = hashlib.sha256(json.dumps([files, fields["fingerprint"]], sort_keys=True).encode()).hexdigest()[:16]
    manifest = Manifest(generation=generation, files=files, **fields)
    _sync_folder(draft)
    folder = generation_of(index, manifest)
    if folder.exists() and not _is_sound(index, manifest):
        shutil.rmtree(folder)
    if not folder.exists():
        draft.rename(folder)
    _sync_folder(folder.parent)
    written = asdict(manifest)
    written["checksum"] = _checksum(written)
    store = store_of(index)
    temporary = store / ".manifest.json.new"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(written, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(store / "manifest.json")
    _sync_folder(store)
    return manifest


def _remove_orphans(index: Path) -> None:
    """Drop drafts and generations that no manifest names; only while the lock is held."""
    store = store_of(index)
    try:
        current = json.loads((store / "manifest.json").read_bytes())["generation"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        current = None
    for folder in (store / "generations").iterdir():
        if folder.name != current:
            shutil.rmtree(folder, ignore_errors=True)
    (store / ".manifest.json.new").unlink(missing_ok=True)


def _is_sound(index: Path, manifest: Manifest) -> bool:
    try:
        check(index, manifest, thorough=True)
    except StoreError:
        return False
    return True


def _checksum(fields: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _counting(report: Report, what: str, total: int) -> Callable[[int], None]:
    """Takes how many bytes have just been read, and reports how many that makes."""
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        report(what, done, total)

    return advance


def _sha256(path: Path, advance: Callable[[int], None]) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            advance(len(block))
    return digest.hexdigest()


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_plain(name: object) -> bool:
    """A generation's name goes into a path: sixteen hexadecimal digits and nothing else."""
    return isinstance(name, str) and len(name) == 16 and all(c in "0123456789abcdef" for c in name)
