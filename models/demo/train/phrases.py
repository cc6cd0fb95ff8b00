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
What is the date? | What is the date today? | Today. | Tomorrow. | Yesterday. | Ten seconds. | Two million.
""".replace("\n", " | ").strip(" |").split(" | ")
NAMED = ["My name is {}.", "I am {}.", "This is {}.", "Hello {}.", "Hello, my name is {}.", "Thank you, {}.", "Good morning, {}.", "Goodbye, {}."]
TOLD = ["The time is {time}", "It is {time}", "It is now {time}", "At {time}", "The time is {time}", "Today is {day}", "It is {day}", "Today is {date}",
        "On {day}", "In {month}", "On {date}", "{day} at {time}", "{date} at {time}", "Tomorrow at {time}", "The number is {digits}", "Wait {seconds} seconds"]


def written(words: str) -> str:
    return words[0].upper() + words[1:] + ("" if words.endswith(".") else ".")


def digits(rng: random.Random) -> str:
    return " ".join(rng.choice(grammar.DIGITS) for _ in range(rng.choices(range(1, 11), [3, 2, 5, 6, 5, 4, 4, 2, 1, 2])[0]))


def below_hundred(value: int) -> str:
    if value < 20:
        return [*grammar.DIGITS, *grammar.TEENS][value]
    tens, ones = divmod(value, 10)
    return grammar.TENS[tens - 2] + (f" {grammar.ONES[ones - 1]}" if ones else "")


def counting(rng: random.Random) -> str:
    start, step = rng.choice([1, 1, 1, rng.randrange(0, 30)]), rng.choice([1, 1, 1, 1, 2, 5, 10])
    values = [start + step * number for number in range(rng.randint(3, 10))]
    values = [value for value in values if value < 100]
    return " ".join(below_hundred(value) for value in (values if rng.random() < 0.8 else values[::-1]))


def clock(rng: random.Random) -> str:
    """As clocks and announcements tell the time, where grammar.time does not: with a.m. and p.m., and seven oh five."""
    hour, minute = rng.choice([*grammar.ONES, *grammar.TEENS[:3]]), rng.randrange(60)
    words = hour if rng.random() < 0.3 else f"{hour} {f'oh {below_hundred(minute)}' if 0 < minute < 10 else below_hundred(minute or 30)}"
    return f"{words} {rng.choice(['a.m.', 'p.m.'])}" if rng.random() < 0.6 else words


def large(rng: random.Random) -> str:
    hundreds = f"{rng.choice(grammar.ONES)} hundred {below_hundred(rng.randrange(1, 100))}"
    return rng.choice([f"{rng.choice(grammar.ONES)} million", f"{below_hundred(rng.randrange(2, 100))} thousand", hundreds,
                       f"{rng.choice(grammar.ONES)} thousand {hundreds}", f"{rng.choice(grammar.ONES)} point {digits(rng)}"])


def told(rng: random.Random) -> str:
    """The time, a day, a date, as an announcement."""
    return rng.choice(TOLD).format(time=rng.choice([grammar.time, clock])(rng), day=rng.choice(grammar.SLOTS["day"]),
                                   month=rng.choice(grammar.SLOTS["month"]), date=grammar.date(rng), digits=digits(rng),
                                   seconds=below_hundred(rng.randrange(2, 100)))


def series(slot: str, rng: random.Random) -> str:
    """Neighbours, as in the week or the year, or any; one is common."""
    names, length = grammar.SLOTS[slot], rng.choices([1, 2, 3, 4, 5, 7], [6, 3, 3, 1, 1, 1])[0]
    if rng.random() < 0.5:
        first = rng.randrange(len(names))
        return " ".join(names[(first + number) % len(names)] for number in range(length))
    return " ".join(rng.sample(names, length))


def announcement(rng: random.Random) -> str:
    """As machines say it, word by word: numbers, times, days and dates."""
    return rng.choice([digits, counting, grammar.time, clock, clock, told, told, grammar.date, grammar.number, large,
                       lambda rng: series("day", rng), lambda rng: series("month", rng)])(rng)


def phrase(rng: random.Random) -> str:
    """One of them, cased and with its full stop."""
    kind = rng.random()
    if kind < 0.30:
        return rng.choice(FIXED)
    if kind < 0.35:
        return rng.choice(NAMED).format(rng.choice(grammar.SLOTS["name"]))
    makers = [digits, digits, digits, digits, counting, counting, grammar.time, clock, clock, told, told, told, grammar.date, grammar.date,
              grammar.number, large, grammar.price,
              lambda rng: series("day", rng), lambda rng: series("month", rng), lambda rng: series("colour", rng),
              lambda rng: rng.choice(["yes", "no", "stop", "yes no", "yes yes", "no no", "yes no yes", "stop stop"])]
    return written(rng.choice(makers)(rng))


def words() -> set[str]:
    """Those of the fixed ones, in the case they have inside a sentence."""
    found = {"a.m.", "p.m.", "oh", "point"}
    for text in FIXED:
        first, *rest = text.replace(",", "").rstrip(".?").split()
        found |= {first if first == "I" else first.lower(), *rest}
    return found


if __name__ == "__main__":
    print(sorted(words() - set(grammar.words())))
    for _ in range(20):
        print(phrase(random.Random()))
