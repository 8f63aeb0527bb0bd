#!/usr/bin/env bash
# Makes .venv with this project in it, once; again only when pyproject.toml changes. Usage: scripts/setup.sh [EXTRA,...]
set -euo pipefail
cd "$(dirname "$0")/.."
extras="${1:-}"
python="${PYTHON:-python3}"
wanted="$(cat pyproject.toml scripts/setup.sh | cksum) [$extras]"
stamp=.venv/.installed
if [ -f "$stamp" ] && grep -qxF "$wanted" "$stamp"; then exit 0; fi
"$python" -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Name another with PYTHON=python3.11") if sys.version_info < (3, 11) else None'
[ -x .venv/bin/python ] || "$python" -m venv .venv
echo "setting up .venv (once, a few minutes)" >&2
# PyPI's torch for Linux brings gigabytes of CUDA. PyTorch's own index has a CPU build of the same version, which pip
# prefers when it sees both; where that index cannot be reached, pip uses what it is configured to find.
more=()
if [ "$(uname)" = Linux ] && .venv/bin/python - <<'PY' 2>/dev/null; then more=(--extra-index-url https://download.pytorch.org/whl/cpu); fi
import urllib.request
urllib.request.urlopen("https://download.pytorch.org/whl/cpu/torch/", timeout=3)
PY
.venv/bin/python -m pip install --quiet --disable-pip-version-check ${more[@]+"${more[@]}"} torch==2.13.0 >&2
.venv/bin/python -m pip install --quiet --disable-pip-version-check ${more[@]+"${more[@]}"} -e ".${extras:+[$extras]}" >&2
echo "$wanted" >>"$stamp"
