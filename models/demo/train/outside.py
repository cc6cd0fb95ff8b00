"""Speech that is not the demo's: other people's sentences, and words without a sentence. What it writes of them is nothing.

The tests have sentences of their own, outside.txt, written by hand and spoken nowhere in training.
"""
import random
import re
from functools import cache
from pathlib import Path

import wordfreq

import grammar
import phrases
from phonemes import reader

LISTS = {
    "who": "the captain, my lawyer, the committee, an engineer, our landlord, the minister, a tourist, the nurse, their coach, the poet, "
           "the farmer, the judge, a stranger, the company, his cousin, my niece, the plumber, the team, every student, the editor, "
           "a soldier, the mayor, the painter, her husband, the twins, the audience, our guide, a customer, the police, the professor",
    "did": "explained, ignored, repaired, borrowed, described, refused, invented, painted, destroyed, measured, discovered, carried, examined, "
           "collected, followed, mentioned, accepted, delivered, considered, published, protected, admired, produced, removed, questioned",
    "what": "the contract, a wooden ladder, the rules, three proposals, the engine, an ancient story, the evidence, her motives, the furniture, "
            "a strange machine, the argument, several islands, the harvest, the budget, his helmet, the bottle opener, a shallow grave, "
            "the tax forms, the whole orchestra, the valley, a broken promise, the software, the results, the fence, the medicine",
    "how": "carefully, without any reason, in the eighteenth century, with great patience, again and again, during the war, almost by accident, "
           "in complete silence, against all advice, before the storm, for political reasons, quite recently, as usual, on purpose, "
           "under pressure, over the holidays, in front of everybody, rather badly, with a sharp knife, far from the coast",
    "that": "nobody remembers the details, the river froze, prices kept rising, it never worked, the law had changed, everyone was laughing, "
            "we ran into trouble, the batteries died, someone broke in, the experiment failed, traffic got worse, the roof was leaking, "
            "they signed anyway, the children were bored, justice takes patience, the network crashed, his theory made sense",
    "adjective": "political, remarkable, invisible, generous, chemical, dangerous, curious, historical, electric, modern, enormous, fragile, "
                 "honest, permanent, ridiculous, serious, technical, typical, unusual, wild, absolute, common, delicate, famous",
    "noun": "science, freedom, language, history, traffic, education, insurance, culture, energy, business, gravity, justice, memory, nature, "
            "industry, marriage, poetry, religion, software, success, violence, wisdom, agriculture, democracy, geometry, loneliness",
    "doing": "writing letters, climbing mountains, fixing engines, telling lies, growing vegetables, paying taxes, raising children, "
             "watching football, learning chemistry, riding a motorcycle, arguing about politics, buying shares, digging holes",
}
SMALL = "the a of in and to that was with for on my they it is but we had from by at this I you not are have what can will one two".split()
SLOTS = {name: text.split(", ") for name, text in LISTS.items()}
FRAMES = """
{who} {did} {what} {how}. | {who} {did} {what}. | Although {that}, {who} {did} {what}. | {who} said that {that}. | I think {that}.
We all believed that {that} because {who} {did} {what}. | {noun} is more {adjective} than {noun}. | There is nothing {adjective} about {noun}.
Why has {who} {did} {what}? | Have you ever tried {doing} {how}? | {doing} is a {adjective} way to spend a weekend. | {who} hates {doing}.
It seems {adjective} that {that}. | Without {noun} there would be no {noun}. | Let me tell you something about {noun}. | If {that}, {who} would leave.
According to {who}, {noun} and {noun} belong together. | Nobody {did} {what} until {who} arrived. | {that}, and {that}. | What does {who} know about {noun}?
Please explain {noun} to {who}. | You should not have {did} {what}. | Remember that {that}. | Somebody {did} {what} {how}, so {that}.
They spent years {doing}. | How {adjective} is {what}? | She wrote a book about {noun}. | {who} never {did} {what}, but {that}.
""".replace("\n", " | ").strip(" |").split(" | ")


def sentence(rng: random.Random) -> str:
    text = re.sub(r"\{(\w+)\}", lambda slot: rng.choice(SLOTS[slot.group(1)]), rng.choice(FRAMES))
    return text[0].upper() + text[1:]


@cache
def dictionary() -> list[str]:
    """English words of three to eleven letters that the demo does not have, of the pronouncing dictionary: as many of the
    common ones as of the others, by repetition."""
    own = {word.lower() for word in grammar.words()} | {word.lower() for word in phrases.words()}
    tested = set(re.findall(r"[a-z]+", " ".join(tests()).lower()))
    known = sorted(word for word in reader(False).lexicon.golds.d if re.fullmatch("[a-z]{3,11}", word) and word not in own | tested)
    common = sorted(set(wordfreq.top_n_list("en", 8000)).intersection(known))
    return known + common * (len(known) // len(common))


def random_words(rng: random.Random) -> str:
    return phrases.written(" ".join(rng.choice(dictionary()) for _ in range(rng.choices([1, 2, 3, 4, 6], [4, 4, 3, 2, 2])[0])))


def chatter(rng: random.Random) -> str:
    """Strange words between the small ones that the demo has as well: no word by itself tells that speech is not its own."""
    words = [word for _ in range(rng.randint(2, 5)) for word in (*rng.choices(SMALL, k=rng.randint(0, 2)), rng.choice(dictionary()))]
    text = " ".join(words)
    return text[0].upper() + text[1:] + rng.choice(".?.")


def speech(rng: random.Random) -> str:
    return rng.choices([sentence, random_words, chatter], [0.45, 0.25, 0.3])[0](rng)


def tests() -> list[str]:
    return (Path(__file__).parent / "outside.txt").read_text().splitlines()


if __name__ == "__main__":
    print(len(dictionary()), "words")
    for _ in range(20):
        print(speech(random.Random()))
