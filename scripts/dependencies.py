"""The direct dependencies as installed, with their licences, as a Markdown table: python scripts/dependencies.py"""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def main() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    print("| package | wanted | installed | licence |\n|---|---|---|---|")
    for extra, requirements in groups.items():
        for requirement in sorted(requirements):
            match = _NAME.match(requirement)
            assert match, requirement
            name = match[0]
            try:
                version, licence = metadata.version(name), _licence(metadata.metadata(name))
            except metadata.PackageNotFoundError:
                version, licence = "not installed", ""
            shown = f"{name} (extra `{extra}`)" if extra else name
            print(f"| {shown} | {requirement[len(name) :] or 'any'} | {version} | {licence} |")


def _licence(about: metadata.PackageMetadata) -> str:
    """The licence's name: its SPDX expression, else the classifiers' last words, else the first line of the free text."""
    if expression := about.get("License-Expression"):
        return str(expression)
    classifiers = [c.split(" :: ")[-1] for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    named = [c for c in classifiers if c != "OSI Approved"]
    return ", ".join(named) or ((about.get("License") or "").strip().splitlines() or ["not stated"])[0]


if __name__ == "__main__":
    main()
