"""The words of Japanese and Korean texts as the official aligner cuts them.

Reads lines of JSON, [language, text], and writes for each the list of its words, or null where this Python is too old
to know one of the characters.
"""

import json
import sys
import unicodedata

from qwen_asr.inference.qwen3_forced_aligner import Qwen3ForceAlignProcessor

processor = Qwen3ForceAlignProcessor()
for line in sys.stdin:
    language, text = json.loads(line)
    is_known = all(unicodedata.category(character) != "Cn" for character in text)
    print(json.dumps(processor.encode_timestamp(text, language)[0] if is_known else None))
