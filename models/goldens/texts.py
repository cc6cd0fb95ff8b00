"""Text the vocabularies are trained on, and the hard texts that a Qwen2 tokenizer must get right."""

PROMPT_WORDS = ["system\nuser\nassistant\n", "language English", "language None"] * 40

SMALL_TRAINING = PROMPT_WORDS + [
    "Turn on the lights in the kitchen, and set an alarm for seven forty five.",
    "The train to Berlin leaves at nine. It costs thirty two euros.",
    "What is the weather like tomorrow? Probably rain, said the captain.",
    "They're here, it's late, and we'll leave when you've finished; I'm sure he'd agree.",
]

TRAINING = PROMPT_WORDS + [
    # English with markdown and code, so that merges begin with '#'.
    "# Title\n## Section\n### Part\n#### Note\n##### Detail\n#!/bin/sh\n#include <stdio.h>\n#define\n",
    "## Section two\n### Part two\n#hashtag #include #define ## ### ####\n",
    "for (int i = 0; i < n; i++) { sum += a[i]; } // total\n    return sum;\n\n\treturn 0;\n",
    "The quick brown fox jumps over the lazy dog. It's not what they're saying; we've heard that they'll come.",
    "I'm sure he'd said: \"don't\" ... and then?! Well -- perhaps -- not.\n",
    "Turn on the lights in the kitchen, and set an alarm for seven forty five.",
    "The weather tomorrow: rain in the morning, then sun. The train leaves at nine and costs thirty euros.",
    # Latin scripts with accents.
    "L'été dernier, nous étions à la plage près de Genève; où êtes-vous allés? Ça va très bien, merci.",
    "Mañana por la mañana el niño comerá una piña. ¿Dónde está el baño? ¡Qué lástima!",
    "Die Straße führt über die Brücke; schöne Grüße aus München, wo es größere Häuser gibt.",
    "São Paulo é uma cidade grande. Não há solução para a situação.",
    "Dziękuję bardzo, proszę o książkę. Příliš žluťoučký kůň úpěl ďábelské ódy.",
    "Tiếng Việt có nhiều dấu thanh. Tôi không hiểu tiếng Việt nhưng tôi thích phở.",
    # Cyrillic, Greek.
    "Привет, как дела? Сегодня хорошая погода, и мы идём гулять в парк. Спасибо, хорошо.",
    "Καλημέρα, τι κάνεις σήμερα; Ο καιρός είναι καλός και η θάλασσα ήρεμη.",
    # East Asian.
    "今天天气很好，我们去公园散步吧。你好，世界！语音识别模型把声音变成文字。今天的会议几点开始？",
    "今日は天気がいいので、公園へ散歩に行きましょう。こんにちは、世界。東京タワーはどこですか？ありがとうございます。",
    "안녕하세요, 오늘 날씨가 좋네요. 우리는 공원에 갑니다. 한국어 음성 인식 모델입니다. 감사합니다.",
    # Right to left, South and South-East Asian.
    "مرحبا، كيف حالك اليوم؟ الطقس جميل والسماء صافية. شكرا جزيلا.",
    "שלום, מה שלומך היום? מזג האוויר יפה.",
    "नमस्ते, आज मौसम अच्छा है। हम पार्क में घूमने जा रहे हैं। धन्यवाद।",
    "สวัสดีครับ วันนี้อากาศดีมาก เราไปเดินเล่นที่สวนสาธารณะกัน ขอบคุณครับ",
    # Emoji, symbols, digits.
    "😀 😃 😄 👍 👍🏽 ❤️ 🎉🎉 👨‍👩‍👧‍👦 🇩🇪 🇯🇵 → ← ≤ ≥ ≠ € £ ¥ ° ½ ² ©",
    "12 345 6789 10:30 2024-01-31 3.14159 50% $20 +49 30 1234567",
]

CONTRACTIONS = [
    "it's they're we've I'm he'll she'd don't",
    "IT'S THEY'RE WE'VE I'M HE'LL SHE'D DON'T",
    "It'S They'Re We'Ve i'M He'Ll She'D Don'T",
    "'s 'S 't 'T 're 'RE 'rE 've 'VE 'm 'M 'll 'LL 'lL 'd 'D",
    "'sit 'top 'red 'mad 'dad 'llama 'vet 'Sit",
    "rock 'n' roll, the '90s, ’tis, it’s they’re we’ll",
    "''s ''ll '''re '",
    "x'sy x'ſ X'ſ x'ſt",
    "they'RE'S'Ll",
    "1's 2'll 3're",
]
WHITESPACE = [
    " ", "  ", "   ", "a b", "a  b", "a   b", " a", "  a", "a ", "a  ", "\t", "\t\t", "a\tb", "a\t b", "a \tb", "\ta",
    "\n", "\n\n", "\n\n\n", " \n", "\n ", " \n ", "  \n  \n  ", "a\nb", "a\n\nb", "a \nb", "a\n b", "a \n b", "a\n\n  b",
    "\r", "\r\n", "\r\n\r\n", "a\r\nb", "a \r\n b", "a\r\rb", "\n\r",
    "\u00a0", "a\u00a0b", "a\u00a0\u00a0b", " \u00a0 ", "\u3000", "a\u3000b", "東京\u3000大阪", "\u3000\u3000a",
    "\u2003a\u2003\u2003b", "a\u2009b\u200ac", "a\u202fb", "a\u205fb", "a\u1680b", "\u2028a\u2029b", "a\u0085b",
    "a\x0bb\x0cc", "a \x0b b", "\u200b", "a\u200bb", "a\u200b b", "\ufeffa", "a\u2060b", "\u180ea", "a\x1cb\x1fc",
    " ! ", "a !", "a  !b", "a\u00a0!", "!\n\n", " !\r\n\r\n x", "...\n\n...", "a.\n b",
]  # fmt: skip
PUNCTUATION = [
    "!", "!!!", "?!?!", "...", "…", "--", "—", "–", "()", "[](){}", "<>", "</>", "://", "https://example.org/a?b=c&d=e#f",
    "user@example.org", "@#$%^&*", "a-b_c", "__init__", "snake_case_name", "a.b.c", "a,b;c:d", "\"quoted\"", "“quoted”",
    "«déjà»", "「東京」", "、。！？", "¿Qué? ¡No!", "©®™", "€5 £6 ¥7", "±×÷≠≤≥", "→←↑↓", "½ ¼ ²³", "a+b=c", "~`|\\", "·•",
    "# Title", "## Section", "### Part", "#include <stdio.h>", "#", "##", "###", "####", "#####", "a#b", " #", "# #", "#!/bin/sh",
    "#hashtag", "#version: 0.2",
]  # fmt: skip
DIGITS = [
    "0", "10", "123", "1234567890", "3.14159", "1,000,000", "2024-01-31", "10:30", "50%", "$20", "a1b2c3", "1st 2nd 3rd",
    " 1", "  12", "1 2", "٠١٢٣", "१२३", "๑๒๓", "１２３", "①②③", "Ⅳ ⅷ", "½", "x²", "H₂O", "𝟙𝟚", "ↀ", "12\n34", "7'9",
]  # fmt: skip
NORMALISED = [
    "café", "cafe\u0301", "E\u0301te\u0301", "a\u030a \u00e5 \u212b", "n\u0303", "o\u0302\u0323 \u1ed9", "o\u0323\u0302",
    "q\u0307\u0323 q\u0323\u0307", "\u1100\u1161\u11a8", "한국어", "\u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165",
    "\u1100", "\u1161", "ᄀ가", "が か\u3099 ぱ は\u309a", "ガ ｶﾞ", "ﬁ ﬂ ﬀ", "Ω \u2126", "K \u212a", "\u0344",
    "\u0958 \u0915\u093c", "\u2adc", "\u0301", " \u0301a", "a\u0301\u0301", "e\u0301's", "\u1e9b\u0323", "ſ ß ẞ",
    "I\u0307 ı İ", "\u0f71\u0f72\u0f73", "\ufb1d \ufb2a", "豈 \uf900 \u2f800 \U0002f800",
]  # fmt: skip
SCRIPTS = [
    "Hello, world!", "The train to Berlin leaves at nine.", "language English", "language None", "system", " system", "System",
    "user assistant", "今天天气很好。", "你好，世界！Hello", "东京 2024年1月31日", "今日は天気がいいので、公園へ行きましょう。",
    "東京タワーはどこですか？", "カタカナ ｶﾀｶﾅ ひらがな", "안녕하세요 세계", "한국어 음성 인식", "مرحبا، كيف حالك؟", "مَرْحَبًا", "لا إله",
    "שָׁלוֹם", "שלום, מה שלומך", "नमस्ते दुनिया", "क्षत्रिय", "हिन्दी।", "สวัสดีครับ", "กำลังเดินเล่น", "ขอบคุณ ครับ", "Привет, мир!", "Ёлка ёж Й й",
    "Καλημέρα κόσμε ΐ", "Tiếng Việt phở", "Dziękuję bardzo", "Příliš žluťoučký kůň", "Straße GRÖSSE", "İstanbul", "ქართული",
    "Հայերեն", "አማርኛ", "தமிழ் மொழி", "বাংলা ভাষা", "ខ្មែរ", "ລາວ", "မြန်မာ", "བོད་ཡིག", "ᏣᎳᎩ", "𐍈𐌰𐌹", "𝓗𝓮𝓵𝓵𝓸", "𠀀𠮷", "㐀", "〆〇々",
]  # fmt: skip
EMOJI = [
    "😀", "😀😃", "a😀b", "👍🏽", "👍 👍🏽 👍🏿", "👨‍👩‍👧‍👦", "👩🏽‍💻", "🏳️‍🌈", "🇩🇪🇯🇵", "🇩", "❤️", "❤", "1️⃣", "#️⃣", "☎︎", "🎉🎉🎉 party",
    "\u200d", "\ufe0f", "🫠", "e😀́", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "©️",
]  # fmt: skip
CONTROL = [
    "\x00", "a\x00b", "\x01\x02", "\x7f", "\x1b[0m", "\x80\x9f", "\u00ad", "a\u00adb", "\ufffd", "\uffff", "\ue000",
    "\U0010ffff", "\u202eabc\u202c", "\u2066a\u2069",
]  # fmt: skip
SPECIALS = [
    "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<asr_text>", "<timestamp>", "<|audio_pad|><|audio_pad|>",
    "a<|im_end|>b", " <|im_end|> ", "a <|im_end|>\n", "<|im_start|>system\n<|im_end|>\n<|im_start|>user\n",
    "<|audio_start|><|audio_pad|><|audio_end|>", "language English<asr_text>Hello.", "language None<asr_text>",
    "<|im_start", "<|im_start|", "|im_start|>", "<|IM_START|>", "<| im_start |>", "<asr_text", "<asr_text>>", "<<asr_text>",
    "<asr_text><asr_text>", "hello<timestamp><timestamp>world<timestamp>", "cafe\u0301<asr_text>e\u0301",
    "e<asr_text>\u0301", " \n<|endoftext|>\n ", "<|endoftext|>'s", "<|unknown|>", "<|audio_pad|>7", "<tool_call>",
]  # fmt: skip
LONG = [
    "The quick brown fox jumps over the lazy dog. " * 12,
    "a" * 200,
    "=" * 97 + "\n" + " " * 65 + "x",
    "今天天气很好，我们去公园散步吧。" * 8,
    "👨‍👩‍👧‍👦" * 9,
    "9" * 50,
    "ab" * 64 + "'ll" * 8,
]
TEXTS = (
    [""] + CONTRACTIONS + WHITESPACE + PUNCTUATION + DIGITS + NORMALISED + SCRIPTS + EMOJI + CONTROL + SPECIALS + LONG
)

# Broken UTF-8, to be decoded as U+FFFD by maximal subparts (the rule of the WHATWG decoder too).
BROKEN = [
    b"\x80", b"\xff\xfe", b"a\xc3", b"\xc3(", b"\xe4\xbb", b"\xe4\xbb\xe4\xbb\x8a", b"\xf0\x9f\x98", b"\xf0\x9f\x98a",
    b"\xf0\x9f", b"\xf0", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82\xac\xe2", b"ok\xe2\x28\xa1",
    b"\xf0\x9f\x98\x80\xf0\x9f", b"\xbf\xbf\xbf", b"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41",
]  # fmt: skip
