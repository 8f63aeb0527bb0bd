"""What the tests share: small indexes built once, the measuring material, and the command line as a real process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from rag import builder
from rag.builder import Built

# Read when torch and the engine are loaded, by the first test that needs them. With torch loaded first, as it never is
# when an index is asked, the engine's threads would wait for each other.
os.environ["OMP_NUM_THREADS"] = "1"
REPOSITORY = Path(__file__).parents[1]

HANT = """\
北辰船運:第三季運費回升,明年添置八艘新船

航運早報
2024年11月6日 08:30

北辰船運昨日公布第三季業績,並召開電話會。

以下為記錄:

北辰船運管理層:

各位早安。第三季總收入為1,845億元,同比增長12%。淨利潤為96億元,同比下降3%。

貨櫃業務收入520億元,佔總收入近三成。運費回升,主要是因為紅海航線繞道,令船期延長。

資本開支為38億元,主要用於購買八艘雙燃料船,其中包括:

  • 五艘一萬六千箱的大船。
  • 三艘支線船。

來自花旗的提問者:

請問明年的派息政策會改變嗎?另外,燃油成本佔總成本多少?

管理層回答:

派息比率維持在40%,不會改變。燃油成本佔總成本的百分之二十三。

來自高盛的提問者:

我想了解新船何時交付,以及碼頭業務的計劃。

管理層回答:

首批三艘在2025年6月交付,其餘在年底前交付。碼頭業務會在南沙增加兩個泊位。

免責聲明

本文只供參考。
"""

HANS = """\
# 青禾乳业半年度业绩会

> 本文按录音整理。

2024-08-21

## 管理层发言

**沈某某(Mia), 首席执行官**

上半年营业收入为64.2亿元,同比增长8.5%。低温鲜奶卖得最好,收入占比升至31%。

奶粉业务下滑,原因是新生儿人数减少。我们关闭了两条旧生产线。

**顾某某, 首席财务官**

毛利率为28.4%,提升1.2个百分点。经营现金流为7.3亿元。

## 问答环节

**提问者:** 请问奶价明年会怎么走?

**沈某某:** 我们预计原奶价格在明年下半年见底。

**提问者:** 海外工厂进展如何?

**顾某某:** 越南工厂已经封顶,计划在明年三月投产,总投资九千万美元。
"""

ENGLISH = """\
Harbour Lights Robotics (HLR) Q2 2024 Earnings Call Transcript
By A. Writer - Jul 30, 2024

Prepared Remarks:

Operator

Welcome to the Harbour Lights second-quarter call.

Ann Poe -- Chief Executive Officer

Revenue was $184.5 billion, up 9% from a year ago. Orders for warehouse robots doubled because labour is scarce.

Bob Roe -- Chief Financial Officer

Gross margin was 41.3%. Capital expenditure was $2.1 billion, most of it for the new plant in Gdansk.

Questions and Answers:

Operator

Our first question is from Carol Coe.

Carol Coe -- Example Securities -- Analyst

When will the Gdansk plant open, and how many people will it employ?

Ann Poe -- Chief Executive Officer

It opens in March 2025 and will employ 1,200 people.

Carol Coe -- Example Securities -- Analyst

Thank you. And what about the dividend?

Bob Roe -- Chief Financial Officer

The board has not decided on a dividend yet.
"""

DOCUMENTS = {"beichen-2024q3.txt": HANT, "qinghe-2024h1.md": HANS, "harbour-2024q2.txt": ENGLISH}


class RunRag(Protocol):
    """Runs ``python -m rag`` and gives what came of it."""

    def __call__(
        self,
        *args: str | bytes,
        index: Path | None = None,
        stdin: str | bytes | None = None,
        cwd: Path | None = None,
        env: dict[str, str] | None = None,
        preexec: Callable[[], None] | None = None,
    ) -> subprocess.CompletedProcess[str]: ...


def _environment(extra: dict[str, str] | None) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("RAG_INDEX", "NO_COLOR", "FORCE_COLOR")}
    # The module is found whatever the current folder, installed or not.
    return kept | {"PYTHONPATH": str(REPOSITORY), "PYTHONUTF8": "1"} | (extra or {})


def run_process(
    *args: str | bytes,
    index: Path | None = None,
    stdin: str | bytes | None = None,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    preexec: Callable[[], None] | None = None,
) -> subprocess.CompletedProcess[str]:
    """``python -m rag ARGS [--index INDEX]``; output is decoded as UTF-8, strictly."""
    command: list[str | bytes] = [sys.executable, "-m", "rag", *args]
    if index is not None:
        command += ["--index", str(index)]
    data = stdin.encode("utf-8", "surrogatepass") if isinstance(stdin, str) else stdin
    done = subprocess.run(
        command,
        input=data if data is not None else b"",
        capture_output=True,
        cwd=cwd,
        env=_environment(env),
        preexec_fn=preexec,
        timeout=300,
    )
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def write_documents(folder: Path) -> Path:
    """An index folder with the three documents and no store."""
    transcripts = folder / "transcripts"
    transcripts.mkdir(parents=True)
    for name, text in DOCUMENTS.items():
        (transcripts / name).write_text(text, encoding="utf-8")
    return folder


def build_here(index: Path) -> Built:
    """Builds in this process: libraries that take seconds to import are imported once for all tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return builder.build(index, [])


def generation_of(index: Path) -> Path:
    """The only generation of an index."""
    (folder,) = (index / "store" / "generations").iterdir()
    return folder


@pytest.fixture(scope="session")
def run_rag() -> RunRag:
    return run_process


@pytest.fixture(scope="session")
def small_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three documents, built. Not to be changed: ``copy_of_small`` is a copy."""
    folder = write_documents(tmp_path_factory.mktemp("small") / "index")
    build_here(folder)
    return folder


@pytest.fixture
def copy_of_small(small_index: Path, tmp_path: Path) -> Path:
    """A copy of ``small_index`` that a test may damage."""
    return Path(shutil.copytree(small_index, tmp_path / "index"))


@pytest.fixture(scope="session")
def sample_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own sample, built elsewhere. Not to be changed."""
    folder = tmp_path_factory.mktemp("sample") / "index"
    shutil.copytree(REPOSITORY / "index" / "transcripts", folder / "transcripts")
    build_here(folder)
    return folder


@pytest.fixture(scope="session")
def shared() -> Path:
    """The measuring material, which is not part of the project."""
    folder = Path(os.environ.get("RAG_SHARED") or REPOSITORY.parent / "shared")
    if not folder.is_dir():
        pytest.skip(f"no measuring material in {folder}; set RAG_SHARED to its folder")
    return folder
