#!/bin/sh
# pysubs2 1.8.1 (PyPI).
#
# WebVTT may have times within the text of a cue: `<00:00:01.000>`. pysubs2 takes every line that
# has exactly two of them for the line of times that begins a cue: the words of that line are gone,
# a cue with wrong times is there besides, and nothing is said. On other lines the times are left in
# the text, where other tags are taken out.
#
# Seen, of one cue from 1 to 9 s: with 3 words, so with 2 times in it, two cues without text, at
# 1000 to 9000 ms and at 2000 to 3000 ms; with 4 words the one cue, "Turn <00:00:02.000>on ...".
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet pysubs2==1.8.1
"$work/venv/bin/python" - <<'PYTHON'
import pysubs2

def read(*words):
    times = [f"<00:00:0{second}.000>" for second in range(2, 1 + len(words))]
    text = words[0] + "".join(f" {time}{word}" for time, word in zip(times, words[1:]))
    file = f"WEBVTT\n\n00:00:01.000 --> 00:00:09.000\n{text}\n"
    return [(cue.start, cue.end, cue.plaintext) for cue in pysubs2.SSAFile.from_string(file)]

three, four = read("Turn", "it", "off."), read("<b>Turn</b>", "on", "the", "light")
print(three)
print(four)
isLost = three == [(1000, 9000, ""), (2000, 3000, "")]
isKept = len(four) == 1 and four[0][2].startswith("Turn <00:00:02.000>on ")
raise SystemExit(0 if isLost and isKept else 1)
PYTHON
