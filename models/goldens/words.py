"""Sentences, many of them nonsense, and the words that the official aligner cuts them into.

python words.py LANGUAGE COUNT [SEED]   prints a JSON object with `text` and `words` on each line
"""

import json
import random
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from qwen_asr.inference.qwen3_forced_aligner import Qwen3ForceAlignProcessor

HERE = Path(__file__).resolve().parent
SEED = 13

WORDS = {
    "Chinese": "今天天气很好 我们 一起去公园散步吧 二〇二四年 东京 臺灣 的 了 是 人工智能 𠮷野家 㐀 𪚥 豈 々 〆 葛󠄀 ㋿ 上海浦东 龍".split(),
    "English": "the Train to Berlin leaves don't don’t o'clock twenty-five e.g. U.S.A. rock'n'roll x² naïve AT&T It’s I'm".split(),
    "Cantonese": "我哋 今晚 食飯 book 咗位 未呀 㗎 唔該 佢哋 嘅".split(),
    "French": "L’été à Orléans c'était bien aujourd’hui qu'est-ce que œuvre garçon e\u0301te\u0301 nai\u0308ve".split(),
    "German": "Straße Größe naß Köln fährt über U-Bahn E-Mail Äpfel u\u0308ber".split(),
    "Italian": "Perché l'acqua è po' città un'altra perche\u0301 D’Annunzio".split(),
    "Portuguese": "Não amanhã às três avião São Paulo coração guarda-chuva na\u0303o".split(),
    "Russian": "Поезд отходит в девять Ёлка всё чай и\u0306 кто-нибудь".split(),
    "Spanish": "¿Qué tiempo hará mañana ¡Seguro llueve capitán niño sen\u0303or".split(),
    "others": "مَرْحَبًا كيف שָׁלוֹם नमस्ते दुनिया สวัสดีครับ ひらがな カタカナ ﾊﾝｶｸ が か\u3099 안녕하세요 \u1112\u1161\u11ab Καλημέρα İstanbul "
    "Tiếng Việt ქართული አማርኛ தமிழ் ខ្មែរ བོད་ཡིག ᏣᎳᎩ 𐍈𐌰 𝓗𝓮 ﬁ Ⅷ ½ ³ ٣٤ १२ 一二 ㊗ ａＢ１ ₂ 〇 𞤀".split(),
}  # fmt: skip
NUMBERS = "0 7 45 1984 3.14 1,000 10:30 2024-01-31 12,50 50% +49 #1 1st 2º ¾".split()
SIGNS = list(".,;:!?…—–-'\"’‘“”«»„()[]{}/\\&@#$€%*_~|<>+=^`·•。，、！？；：「」『』《》（）【】～・ー¿¡°©™→") + [
    "\u0301", "\u0323", "\ufe0f", "\U000e0100", "\u200d", "\u200b", "\u00ad", "\ufeff", "\u2060", "\u200f",
]  # fmt: skip
EMOJI = "😀 👍🏽 👨‍👩‍👧‍👦 🇩🇪 ❤️ 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🫠".split()
SPACES = list(" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2003\u2009\u200a\u2028\u2029\u202f\u205f\u3000")
# All that this Python knows; newer tables know more letters.
CHARACTERS: dict[str, list[str]] = {}
for code in range(0x110000):
    CHARACTERS.setdefault(unicodedata.category(chr(code)), []).append(chr(code))
for category in ("Cs", "Co", "Cn"):
    del CHARACTERS[category]
PICKED = [
    "", " ", "…", "'", "''", "' '", "’", "a'", "'a", "AI-based系统", "东京2024年1月31日。", "Hello，world！", "你好，世界！Hello",
    "用Python3.12写code", "𠀀𪜀𫝀𫠠\U0002ceb0\U0002f800", "\uf900\ufaff\ufb00\ufa2e", "\u4e00\u9fff\ua000\u3400\u4dbf\u4dc0",
    "ひらがな東ラ京안녕", "don't don’t don‘t donʼt don＇t", "cafe\u0301 café", "a\x1cb\x1dc\x1ed\x1fe\x85f", "a\u200bb\ufeffc\u2060d\u180ee",
    "ⅷ Ⅷ ½ ² ₂ ① ㊀ 〇 ٣ 𝟙", "_a_b_ a_b", "ªº ʰ ˈ ˌ", "１２ ａｂ Ａ", "<timestamp> <|audio_pad|>", "\u0300\u0301 \u20e3",
]  # fmt: skip


def sentence(language: str, chance: random.Random) -> str:
    """A handful of pieces, most of the language, with or without what usually stands between them."""
    own = WORDS.get(language, WORDS["English"])
    spaced = chance.random() < (0.3 if language in ("Chinese", "Cantonese") else 0.9)
    out = []
    for _ in range(chance.randint(1, 16)):
        draw = chance.random()
        if draw < 0.6:
            out.append(chance.choice(own))
        elif draw < 0.75:
            out.append(chance.choice(WORDS[chance.choice(list(WORDS))]))
        elif draw < 0.83:
            out.append(chance.choice(NUMBERS))
        elif draw < 0.86:
            out.append(chance.choice(EMOJI))
        else:
            kinds = chance.choices(list(CHARACTERS), k=chance.randint(1, 4))
            out.append("".join(chance.choice(CHARACTERS[kind]) for kind in kinds))
        if chance.random() < 0.25:
            out.append("".join(chance.choice(SIGNS) for _ in range(chance.randint(1, 3))))
        if spaced or chance.random() < 0.1:
            out.append(" " if chance.random() < 0.85 else chance.choice(SPACES) * chance.randint(1, 2))
    return "".join(out)


def cases(language: str, count: int, seed: int = SEED) -> Iterator[dict[str, object]]:
    """The texts with their official words; those that were picked by hand come first."""
    processor = Qwen3ForceAlignProcessor()
    chance = random.Random(f"{seed} {language}")
    for index in range(count):
        text = PICKED[index] if index < len(PICKED) else sentence(language, chance)
        yield {"text": text, "words": processor.encode_timestamp(text, language)[0]}


def write() -> None:
    """A part of them for the tests, in ASCII, so that no editor normalises them."""
    folder = HERE / "words"
    folder.mkdir(exist_ok=True)
    for language, count in (("Chinese", 200), ("English", 120), *((name, 20) for name in OTHERS)):
        lines = ",\n".join(json.dumps(case) for case in cases(language, len(PICKED) + count))
        (folder / f"{language.lower()}.json").write_text(f"[\n{lines}\n]\n", encoding="ascii")


OTHERS = [language for language in WORDS if language not in ("Chinese", "English", "others")]

if __name__ == "__main__":
    for case in cases(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else SEED):
        print(json.dumps(case))
