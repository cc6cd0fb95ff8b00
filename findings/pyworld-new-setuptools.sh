#!/bin/sh
# pyworld 0.3.5, setuptools 84.2.1, numpy 2.4.6 (PyPI), Python 3.11, a C++ compiler.
#
# pyworld, the vocoder that speech recipes take voices apart with, imports `pkg_resources` to learn its own
# version, and does not say that it needs setuptools. `pkg_resources` left setuptools in version 82: beside a
# newer one, as other packages bring it, pyworld installs, `pip check` finds nothing, and the import fails.
#
# Seen:
#   No broken requirements found.
#   setuptools 84.2.1: ModuleNotFoundError: No module named 'pkg_resources'
#   setuptools 80.10.2: 0.3.5
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --disable-pip-version-check numpy==2.4.6 setuptools==84.2.1 pyworld==0.3.5
seen() {
  "$python" -W ignore -c "import pyworld; print(pyworld.__version__)" 2>&1 | tail -n 1 | sed "s/^/setuptools $1: /"
}
{
  "$python" -m pip check --disable-pip-version-check
  seen 84.2.1
  "$python" -m pip install --quiet --disable-pip-version-check setuptools==80.10.2
  seen 80.10.2
} | tee "$work/seen.txt"
cat >"$work/expected.txt" <<'TEXT'
No broken requirements found.
setuptools 84.2.1: ModuleNotFoundError: No module named 'pkg_resources'
setuptools 80.10.2: 0.3.5
TEXT
cmp -s "$work/seen.txt" "$work/expected.txt"
