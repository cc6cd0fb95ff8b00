#!/bin/sh
# nagisa 0.2.11 (PyPI), on dyNET38 2.2.
#
# `tagging(text).words` does not always have all of the text: what it begins as a word and does not
# end before the text is over, is gone. And the row of its dictionary's embeddings for text that is
# in no dictionary is that of the word か too: both have number 17, and number 0 is nobody's.
#
# Seen: the text ends with まか, its words end with て; {'oov': 17, 'か': 17}, and no word with 0.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --only-binary :all: nagisa==0.2.11
"$work/venv/bin/python" - <<'PYTHON'
import nagisa

text = "1ﾊtむ'ほ👩電%3に日aケもｺてまか"
joined = "".join(nagisa.tagging(text).words)
rows = nagisa.tagger._word2id
shared = {word: row for word, row in rows.items() if row == rows["oov"]}
print(joined)
print(shared, [word for word, row in rows.items() if row == 0])
isLost = text.endswith("てまか") and joined.endswith("て")
isShared = set(shared) == {"oov", "か"} and 0 not in rows.values()
raise SystemExit(0 if isLost and isShared else 1)
PYTHON
