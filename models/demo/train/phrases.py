"""What people say first to something that listens: digits, counting, times, days, yes and no, greetings, tests, short commands."""
import random

import grammar

FIXED = """
Yes. | No. | Stop. | Go. | Start. | Wait. | Help. | Help me. | Please. | Thank you. | Thank you very much. | Thanks. | Hello. | Hi. | Hello there.
Hi there. | Goodbye. | Bye. | Good morning. | Good afternoon. | Good evening. | Good night. | How are you? | I am very well, thank you.
Yes, please. | No, thank you. | Okay. | Testing. | Testing, testing. | Testing one two three. | Test one two three. | One two three testing.
This is a test. | Hello, this is a test. | Can you hear me? | Do you hear me? | Hello, can you hear me? | What can you do? | Who are you?
What time is it? | What day is it today? | What is the weather today? | What is your name? | Turn it on. | Turn it off. | Turn it up. | Turn it down.
Lights on. | Lights off. | Volume up. | Volume down. | Louder, please. | Play music. | Play some music. | Stop the music. | Pause. | Next. | Back.
Up. | Down. | Left. | Right. | On. | Off. | Open the door. | Close the window. | Turn on the light. | Turn off the light. | Wake me up at seven.
I do not know. | That is right. | That is wrong. | Very good. | Good idea. | One moment, please. | See you tomorrow. | Nice to meet you. | I am here.
Good morning, how are you? | Welcome. | Sorry. | I am sorry. | Excuse me. | Of course. | Not now. | Once again, please. | Yes, that is right.
""".replace("\n", " | ").strip(" |").split(" | ")
NAMED = ["My name is {}.", "I am {}.", "This is {}.", "Hello {}.", "Hello, my name is {}.", "Thank you, {}.", "Good morning, {}.", "Goodbye, {}."]


def written(words: str, end: str = ".") -> str:
    return words[0].upper() + words[1:] + end


def digits(rng: random.Random) -> str:
    return " ".join(rng.choice(["zero", *grammar.ONES]) for _ in range(rng.choices(range(1, 11), [3, 2, 5, 6, 5, 4, 4, 2, 1, 2])[0]))


def below_hundred(value: int) -> str:
    if value < 20:
        return ["zero", *grammar.ONES, *grammar.TEENS][value]
    tens, ones = divmod(value, 10)
    return grammar.TENS[tens - 2] + (f" {grammar.ONES[ones - 1]}" if ones else "")


def counting(rng: random.Random) -> str:
    start, step = rng.choice([1, 1, 1, rng.randrange(0, 30)]), rng.choice([1, 1, 1, 1, 2, 5, 10])
    values = [start + step * number for number in range(rng.randint(3, 10))]
    values = [value for value in values if value < 100]
    return " ".join(below_hundred(value) for value in (values if rng.random() < 0.8 else values[::-1]))


def series(slot: str, rng: random.Random) -> str:
    """Neighbours, as in the week or the year, or any; one is common."""
    names, length = grammar.SLOTS[slot], rng.choices([1, 2, 3, 4, 5, 7], [6, 3, 3, 1, 1, 1])[0]
    if rng.random() < 0.5:
        first = rng.randrange(len(names))
        return " ".join(names[(first + number) % len(names)] for number in range(length))
    return " ".join(rng.sample(names, length))


def phrase(rng: random.Random) -> str:
    """One of them, cased and with its full stop."""
    kind = rng.random()
    if kind < 0.36:
        return rng.choice(FIXED)
    if kind < 0.42:
        return rng.choice(NAMED).format(rng.choice(grammar.SLOTS["name"]))
    makers = [digits, digits, digits, digits, counting, counting, grammar.time, grammar.time, grammar.date, grammar.number, grammar.price,
              lambda rng: series("day", rng), lambda rng: series("month", rng), lambda rng: series("colour", rng),
              lambda rng: rng.choice(["yes", "no", "stop", "yes no", "yes yes", "no no", "yes no yes", "stop stop"])]
    return written(rng.choice(makers)(rng))


def words() -> set[str]:
    """Those of the fixed ones, in the case they have inside a sentence."""
    found: set[str] = set()
    for text in FIXED:
        first, *rest = text.replace(",", "").rstrip(".?").split()
        found |= {first if first == "I" else first.lower(), *rest}
    return found


if __name__ == "__main__":
    print(sorted(words() - set(grammar.words())))
    for _ in range(20):
        print(phrase(random.Random()))
