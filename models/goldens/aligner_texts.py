"""What the cases of the aligner say: every language that it knows, and what is hard about its texts."""

from dataclasses import dataclass

import sounds


@dataclass(frozen=True)
class AlignerCase:
    """A prefix of the recording and a text, which need not be what is said there."""

    name: str
    seconds: float
    language: str
    text: str

    @property
    def samples(self) -> int:
        return round(self.seconds * sounds.RATE)


ENGLISH = (
    "Turn on the lights in the kitchen, and set an alarm for seven forty-five. The train to Berlin leaves at nine; "
    "it costs thirty-two euros. What is the weather like tomorrow? Probably rain, said the captain. "
)
MIXED = (
    "我们今天用 Python 3.12 写一个 AI-based 的系统，大概需要 45 分钟。The deadline is 2024年1月31日, so let’s start now! "
    "会议在东京タワー附近，안녕하세요，𠮷野家见。 "
)

CASES = (
    AlignerCase("0.3s-english", 0.3, "English", "Yes."),
    AlignerCase("0.5s-crowded", 0.5, "English", ENGLISH[:160]),
    AlignerCase("1s-chinese", 1.0, "Chinese", "今天天气很好。"),
    AlignerCase("2.345s-japanese", 2.345, "Japanese", "今日は天気がいいので、ＡＩと１２時に公園へ行きましょう。"),
    AlignerCase("3s-english", 3.0, "English", "Don’t turn on the “kitchen” lights before 7:45 — it's only 3.14 o'clock!"),
    AlignerCase("4.2s-french", 4.2, "French", "« L’e\u0301te\u0301 a\u0300 Orl\u00e9ans », dit-il, c'e\u0301tait bien."),
    AlignerCase("5s-korean", 5.0, "Korean", "오늘은 날씨가 좋아서 공원에 갔습니다. KTX로 3시간 걸려요!"),
    AlignerCase("8.01s-cantonese", 8.01, "Cantonese", "我哋今晚去 Central 食飯，你 book 咗位未呀？𠮷野家都得㗎。"),
    AlignerCase("9.37s-german", 9.37, "German", "Der Zug nach Köln fährt um 9:30 Uhr; die Straße ist naß, Größe XXL."),
    AlignerCase("12.5s-italian", 12.5, "Italian", "Perché no? L'acqua è fredda, c'è un po' di vento e costa 12,50 €."),
    AlignerCase("17.03s-portuguese", 17.03, "Portuguese", "Não, amanhã às três o avião sai de São Paulo — é longe!"),
    AlignerCase("26s-russian", 26.0, "Russian", "Поезд на Берлин отходит в девять; Ёлка стоит 32 евро, и\u0306 всё. " * 2),
    AlignerCase("35s-spanish", 35.0, "Spanish", "¿Qué tiempo hará mañana? ¡Seguro que llueve!, dijo el capitán de 60 años. " * 2),
    AlignerCase("60s-english", 60.0, "English", ENGLISH * 4),
    AlignerCase("180s-mixed", 180.0, "Chinese", MIXED * 4),
)  # fmt: skip
QUANTIZED_CASES = tuple(case for case in CASES if case.seconds in (1.0, 9.37))
FULL_CASES = (
    AlignerCase("3s-english", 3.0, "English", ENGLISH[:74]),
    AlignerCase("30s-mixed", 30.0, "Chinese", MIXED),
    AlignerCase("180s-english", 180.0, "English", ENGLISH * 9),
)
FULL_QUANTIZED_CASES = FULL_CASES[:1]
