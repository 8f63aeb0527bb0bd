"""A file's bytes → text and the name of its encoding.

In this order: byte-order marks, strict UTF-8, then the best of the legacy Chinese and Western encodings and of UTF-16
without a mark. GB18030 decodes nearly any bytes and Big5 many, so that decoding without an error says little: what
decides is how many of the characters are ones that people write often (``_familiarity``); the detection library breaks
ties and is the judge where none is familiar.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from rag.errors import SourceError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # Before UTF-16: the little-endian mark of UTF-32 begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"ID3\x03", "an MP3 recording"),
    (b"ID3\x04", "an MP3 recording"),
    (b"RIFF", "a sound, film or image file"),
    (b"OggS", "an Ogg recording"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a database"),
)
# cp950 before big5hkscs: where both read the same, it is the commoner name.
_LEGACY = ("cp950", "big5hkscs", "gb18030", "cp1252")
_UTF16 = ("utf-16-le", "utf-16-be")
_TEXT_HINT = "save the transcript as plain text (UTF-8) and try again"
_ENCODING_HINT = "save the file as UTF-8 and try again"
#: Larger files are refused, in bytes: some thousand hours of speech, read in about a minute and 2 GB of memory.
LARGEST = 256 << 20
# Judging takes no more than this many bytes or characters, however long the file is.
_SAMPLE = 1 << 16
# Below this share of frequent characters a reading is not believed without the detection library's word.
_FAMILIAR = 0.12
_FREQUENT = frozenset(
    "的一是不了在人有我他這个個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作里用道行"
    "所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它"
    "與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新"
    "己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平"
    "系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許統區保至隊形"
    "社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交規萬取"
    "这们来为国说时会对过发后种经么学现当没动还进样开从实军无与长机关点业将两间问并应战头体见产话内给门儿东声员义"
    "论处几认条气题尔别变总电数报结务场计资许统区队决马书则听却达强难权设记类据边张该规万"
    "收入增億亿元季謝谢請请您廣告游戲戏雲云季財财務務潤润營营費费率投減减降預预服客戶户團团層层答今晚吗嗎吧呢喂啊"
    "哪讓让股價价率成本益率支付研續续未來將來約约環比毛淨净"
    "嘅啲咗喺咁係唔佢嚟冇"
    "\uff0c。、\uff1b\uff1a\uff1f\uff01「」『』\uff08\uff09《》“”‘’…—–·•％%£€éèüöäñçáíóú®©™§° \u3000"
)
_NON_ASCII = re.compile(r"[^\x00-\x7f]")
_MULTIBYTE = re.compile(r"[^\x00-\x7f\ufffd]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")


def read_text(path: Path) -> tuple[str, str]:
    """Reads a file as text.

    Returns:
        The text without its byte-order mark, line ends as they are, and the Python name of the encoding.

    Raises:
        SourceError: the file is missing, a folder, unreadable, empty, not text, or in no known encoding.
    """
    return decode(read_bytes(path), path=path)


def read_bytes(path: Path) -> bytes:
    """Reads a file whole.

    Raises:
        SourceError: the file is missing, a folder, unreadable, or larger than ``LARGEST``.
    """
    try:
        if path.is_dir():
            raise SourceError("this is a folder, not a file", hint="name a file in it", path=path)
        if path.exists() and not path.is_file():
            raise SourceError("this is not a regular file", hint="copy what it gives to a text file", path=path)
        if path.stat().st_size > LARGEST:
            raise SourceError(
                f"this is larger than {LARGEST >> 20} MB, and no transcript is", hint="split it into parts", path=path
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise SourceError("there is no such file", hint="check the path", path=path) from None
    except PermissionError:
        raise SourceError(
            "the file may not be read", hint=f"give yourself the right to read it: chmod u+r {path.name}", path=path
        ) from None
    except (OSError, ValueError) as error:
        # ValueError: a path with a NUL character.
        raise SourceError(f"the file cannot be read: {error}", hint="check the path and the disk", path=path) from None


def decode(data: bytes, *, path: Path | None = None) -> tuple[str, str]:
    """Decodes a transcript's bytes; ``data.decode(encoding) == text`` holds for what it returns.

    Raises:
        SourceError: the bytes are empty or blank, not text, or in no known encoding; it names ``path``, if given.
    """
    if not data:
        raise SourceError("the file is empty", hint="put a transcript in it or leave it out", path=path)
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise SourceError(f"this is {what}, not text", hint=_TEXT_HINT, path=path)
    text, encoding = _decode(data, path)
    nul = text.find("\x00")
    if nul >= 0:
        raise SourceError("this is binary data, not text", hint=_TEXT_HINT, path=path, line=_line_at(text[:nul]))
    if not text.strip().strip("\ufeff\u200b"):
        raise SourceError(
            "the file is empty but for white space", hint="put a transcript in it or leave it out", path=path
        )
    return text, encoding


def _decode(data: bytes, path: Path | None) -> tuple[str, str]:
    for bom, name in _BOMS:
        if data.startswith(bom):
            try:
                return data.decode(name), name
            except UnicodeDecodeError as error:
                raise _broken(data, name, error, path) from None
    has_nul = b"\x00" in data
    failure: SourceError | None = None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if not has_nul and _is_mostly_utf8(data):
            raise _broken(data, "utf-8", error, path) from None
        candidates = _UTF16 if has_nul else _LEGACY + _UTF16
        failure = _broken(data, "utf-8", error, path)
    else:
        if not has_nul:
            return text, "utf-8"
        candidates = _UTF16
    guess = _guess(data, candidates)
    if guess:
        return guess
    if has_nul or failure is None:
        raise SourceError("this is binary data, not text", hint=_TEXT_HINT, path=path)
    raise failure


def _guess(data: bytes, candidates: tuple[str, ...]) -> tuple[str, str] | None:
    """The most plausible reading of the bytes and its encoding, or None."""
    readings: dict[str, str] = {}
    for name in candidates:
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text[:_SAMPLE]):
            readings[name] = text
    if not readings:
        return None
    detected = _detect(data, tuple(readings))
    scores = {name: _familiarity(text) for name, text in readings.items()}
    # Big5's two names read most texts alike; then the detection is no reason to prefer the rarer one.
    best = max(readings, key=lambda name: (scores[name], name == detected and name != "big5hkscs"))
    if scores[best] < _FAMILIAR:
        # Any two bytes are a character of UTF-16, so that only familiar ones speak for it.
        if detected not in readings or detected in _UTF16:
            return None
        best = detected
    return readings[best], best


def _familiarity(text: str) -> float:
    """The share, 0 to 1, of frequent characters among those beyond ASCII; in text that is all ASCII, 1."""
    foreign = _NON_ASCII.findall(text, 0, _SAMPLE)
    if not foreign:
        return 1.0
    return sum(char in _FREQUENT for char in foreign) / len(foreign)


def _detect(data: bytes, candidates: tuple[str, ...]) -> str:
    """charset-normalizer's choice among the candidates, by Python's name; empty if it has none."""
    from charset_normalizer import from_bytes  # imported late: it takes longer than reading a UTF-8 file

    sample = data[:_SAMPLE]
    if len(data) > _SAMPLE:
        # End on a whole line: a character cut in half would count against its encoding.
        end = sample.rfind(b"\n\x00") + 2 if b"\x00" in sample else sample.rfind(b"\n") + 1
        sample = sample[: end if end > 1 else _SAMPLE]
    found = from_bytes(sample, cp_isolation=[name.replace("-", "_") for name in candidates]).best()
    return found.encoding.replace("utf_16_", "utf-16-") if found else ""


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether this is UTF-8 with a few bad bytes, not another encoding: bytes of those rarely form UTF-8 sequences."""
    text = data.decode("utf-8", errors="replace")
    return len(_MULTIBYTE.findall(text)) > 4 * text.count("\ufffd")


def _broken(data: bytes, name: str, error: UnicodeDecodeError, path: Path | None) -> SourceError:
    before = data[: error.start].decode(name, errors="replace")
    shown = "UTF-8" if name == "utf-8-sig" else name.upper()
    message = f"the text is not valid {shown} at byte {error.start}, and in no other known encoding"
    return SourceError(message, hint=_ENCODING_HINT, path=path, line=_line_at(before))


def _line_at(before: str) -> int:
    return 1 + before.count("\n") + before.replace("\r\n", "\n").count("\r")
