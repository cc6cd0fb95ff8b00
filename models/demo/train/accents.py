"""Foreign accents: the sounds that people put in place of English ones when theirs is another mother tongue.

Kokoro's own foreigners speak English sounds in a foreign voice; these rules change the sounds, in misaki's letters (A, I, O, Q
and W are diphthongs). What a speaker does he does throughout, and nobody does all of it.
"""
import random
import re

WORD_END = r"(?=[ .,?!]|$)"
DEVOICED = {"b" + WORD_END: "p", "d" + WORD_END: "t", "ɡ" + WORD_END: "k", "v" + WORD_END: "f", "z" + WORD_END: "s", "ʤ": "ʧ"}
PURE = {"A": "e", "O": "o", "Q": "o"}
FIVE_VOWELS = {"ɪ": "i", "æ": "a", "ʌ": "a", "ə": "e", "ᵊ": "e", "ɑ": "a", "ʊ": "u", "ɔ": "o", **PURE}
RULES: dict[str, dict[str, str]] = {
    "German": {"θ": "s|f|t", "ð": "z|d", "w": "v", "ɹ": "ʁ", "æ": "ɛ", "ʌ": "a", **DEVOICED, **PURE},
    "French": {"θ": "s|f|t", "ð": "z|d", "h": "", "ɹ": "ʁ|w", "ɪ": "i|e", "ʌ": "œ", "ʧ": "ʃ", "ʤ": "ʒ", "æ": "a", **PURE},
    "Spanish": {"θ": "t|s", "z": "s", "v": "b", "h": "x", "ʤ": "ʧ", "ʃ": "ʧ", "ð": "d", "ɹ": "ɾ", **FIVE_VOWELS},
    "Italian": {"θ": "t|f", "ð": "d", "h": "", "ɹ": "r|ɾ", **FIVE_VOWELS},
    "Greek": {"ʃ": "s", "ʧ": "ts", "ʤ": "dz", "h": "x", "ɹ": "ɾ", **FIVE_VOWELS},
    "Slavic": {"θ": "s|f|t", "ð": "z|d", "w": "v", "h": "x", "ɹ": "r|ɾ", "ɪ": "i", "æ": "ɛ", "ʌ": "a", "ə": "a", **DEVOICED, **PURE},
    "Indian": {"t": "ʈ", "T": "ɖ", "d": "ɖ", "w": "ʋ", "v": "ʋ", "θ": "t", "ð": "d", "ɹ": "ɾ|r", **PURE},
    "East Asian": {"θ": "s|t", "ð": "z|d", "v": "b", "ɪ": "i", "ʌ": "a", "æ": "ɛ", **PURE},
}
"""What each sound becomes; where there are several, one speaker has one of them."""

Accent = dict[str, str]


def draw_accent(rng: random.Random) -> Accent:
    """Of one mother tongue, weaker or stronger."""
    strength = rng.uniform(0.3, 1)
    return {sound: rng.choice(others.split("|")) for sound, others in RULES[rng.choice(list(RULES))].items() if rng.random() < strength}


def accented(phonemes: str, accent: Accent) -> str:
    """All at once, so that what one rule wrote is not changed by the next."""
    if not accent:
        return phonemes
    rules = list(accent.items())
    pattern = "|".join(f"({sound})" for sound, _ in rules)
    return re.sub(pattern, lambda found: rules[found.lastindex - 1][1] if found.lastindex else "", phonemes)


if __name__ == "__main__":
    from phonemes import phonemes
    for mother_tongue, rules in RULES.items():
        first = {sound: others.split("|")[0] for sound, others in rules.items()}
        print(f"{mother_tongue:10}", accented(phonemes("zero one two three four five six seven eight nine, Thursday the twentieth."), first))
