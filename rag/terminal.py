"""What the command line does with a terminal: errors, notices, progress, colour, JSON."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from rag.errors import RagError
from rag.progress import Report, silent

if TYPE_CHECKING:
    from rag.render import Style

_STEERING = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]")


@contextmanager
def errors() -> Iterator[None]:
    """Ends the process as its errors ask for, each told in one line; nothing is told where the reader has gone."""
    from rag.render import safe

    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; nothing is wrong. Typer, further out, would exit with 1.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except RagError as error:
        print(safe(f"rag: {error}").replace("\n", " "), file=sys.stderr)
        if error.hint:
            print(safe(f"     {error.hint}").replace("\n", " "), file=sys.stderr)
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        print("rag: stopped; the index is as it was", file=sys.stderr)
        raise typer.Exit(130) from None


def style() -> Style:
    """Colour on a terminal, unless NO_COLOR is set."""
    from rag.render import Style

    return Style(colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ)


def progress() -> Report:
    """A progress bar with rate and remaining time on standard error, on a terminal only."""
    if not sys.stderr.isatty():
        return silent
    from tqdm import tqdm

    bars: dict[str, Any] = {}

    def report(what: str, done: int, total: int) -> None:
        bar = bars.get(what)
        if bar is None:
            # Nothing shows for work that is over at once.
            bar = bars[what] = tqdm(
                total=total, desc=what, unit="", unit_scale=True, file=sys.stderr, leave=False, delay=1
            )
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    return report


def print_json(value: Any) -> None:
    """Print as JSON."""
    written = json.dumps(value, ensure_ascii=False, indent=2)
    # Characters that could steer a terminal are written as JSON's escapes, which mean the same to a reader of JSON.
    print(_STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", written))


def notice(text: str) -> None:
    """Tell on standard error."""
    from rag.render import safe

    print(safe(f"rag: {text}").replace("\n", " "), file=sys.stderr)
