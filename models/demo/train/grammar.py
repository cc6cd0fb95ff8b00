"""The language the demo knows: sentence templates with slots, and nothing else.

`python grammar.py` prints the word list and a few sentences.
"""
import random
import re
import zlib
from collections.abc import Callable

ONES = "one two three four five six seven eight nine".split()
DIGITS = ["zero", *ONES]
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = ("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
            "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth").split()

LISTS: dict[str, str] = {
    "room": "kitchen, bedroom, bathroom, living room, garage, garden, office, hallway, basement, dining room, attic",
    "switch": "light, lamp, heating, fan, radio, television, oven, music, alarm, computer, printer, speaker, heater, "
              "air conditioner, coffee machine, dishwasher, washing machine, sprinkler, night light",
    "opening": "door, window, gate, curtains, blinds, garage door, front door, back door",
    "colour": "red, blue, green, yellow, white, orange, purple, pink, black, brown, silver, grey",
    "day": "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday",
    "month": "January, February, March, April, May, June, July, August, September, October, November, December",
    "city": "London, Paris, Berlin, Boston, Madrid, Rome, Chicago, Tokyo, Vienna, Dublin, Denver, Oslo, Lisbon, "
            "Amsterdam, Toronto, Sydney, New York, Edinburgh",
    "name": "Anna, Peter, Sarah, David, Emma, Michael, Laura, Thomas, Julia, Robert, Alice, Daniel, Susan, Kevin, "
            "Maria, Oliver, Sophie, George",
    "food": "bread, milk, cheese, butter, apples, bananas, eggs, rice, chicken, fish, tomatoes, potatoes, coffee, "
            "sugar, salt, oranges, onions, pasta, yoghurt, chocolate, honey, carrots",
    "dish": "soup, salad, pizza, sandwich, breakfast, lunch, dinner, cake, omelette",
    "drink": "tea, coffee, water, juice, milk, beer, wine, lemonade",
    "vehicle": "train, bus, plane, ferry, taxi, tram",
    "place": "station, airport, hotel, museum, school, hospital, library, park, market, bank, restaurant, church, "
             "bridge, theatre, post office, supermarket, beach, bakery",
    "thing": "book, bag, phone, key, ticket, jacket, chair, table, camera, watch, umbrella, bicycle, letter, picture, "
             "newspaper, hat, guitar, bottle, map, mirror, blanket, wallet",
    "animal": "dog, cat, horse, bird, cow, rabbit, mouse, sheep",
    "weather": "sunny, cloudy, rainy, windy, cold, warm, hot, foggy, snowy, stormy",
    "mood": "happy, tired, hungry, busy, late, ready, early, thirsty, sick, angry, nervous, calm",
    "quality": "old, new, big, small, heavy, beautiful, broken, expensive, cheap, clean, empty, long, short, soft, "
               "strong, lovely, simple, strange",
    "person": "mother, father, sister, brother, teacher, doctor, friend, neighbour, manager, daughter, uncle, aunt, "
              "grandmother, driver, boss",
    "part": "morning, afternoon, evening",
    "style": "jazz, classical, rock, folk, dance, quiet",
    "unit": "minutes, hours, days, weeks, months, years",
    "verb": "walk, drive, swim, sing, travel, wait, sleep, study, cook, dance, run, sit",
}
SLOTS: dict[str, list[str]] = {name: words.split(", ") for name, words in LISTS.items()}


def below_hundred(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.28:
        return rng.choice(ONES[1:])
    if kind < 0.55:
        return rng.choice(TEENS)
    tens = rng.choice(TENS)
    return tens if kind < 0.72 else f"{tens} {rng.choice(ONES)}"


def number(rng: random.Random) -> str:
    """2 to 9999, spoken; teens and tens alike often, since they sound alike."""
    kind = rng.random()
    if kind < 0.7:
        return below_hundred(rng)
    if kind < 0.8:
        return f"{rng.choice(ONES)} hundred"
    if kind < 0.93:
        return f"{rng.choice(ONES)} hundred and {below_hundred(rng)}"
    return f"{rng.choice(ONES)} thousand"


def time(rng: random.Random) -> str:
    hour = rng.choice(ONES + TEENS[:3])
    kind = rng.random()
    if kind < 0.2:
        return f"{hour} o'clock"
    if kind < 0.35:
        return f"half past {hour}"
    if kind < 0.5:
        return f"quarter {rng.choice(['past', 'to'])} {hour}"
    if kind < 0.65:
        return f"{hour} {rng.choice(['in the morning', 'in the evening'])}"
    if kind < 0.72:
        return rng.choice(["noon", "midnight"])
    return f"{hour} {rng.choice(['ten', 'fifteen', 'twenty', 'thirty', 'forty', 'forty five', 'fifty'])}"


def date(rng: random.Random) -> str:
    day = rng.choice(ORDINALS + ["twenty " + o for o in ORDINALS[:9]] + ["thirtieth", "thirty first"])
    month = rng.choice(SLOTS["month"])
    return rng.choice([f"{month} {day}", f"the {day} of {month}", f"{rng.choice(SLOTS['day'])} the {day}"])


def price(rng: random.Random) -> str:
    money = rng.choice(["dollars", "euros", "pounds"])
    amount = f"{number(rng)} {money}"
    return f"{amount} and {below_hundred(rng)} cents" if rng.random() < 0.25 else amount


def digits(rng: random.Random) -> str:
    return " ".join(rng.choice(DIGITS) for _ in range(rng.randint(3, 7)))


SPOKEN: dict[str, Callable[[random.Random], str]] = {
    "number": number, "small": below_hundred, "time": time, "date": date, "price": price, "digits": digits,
    "ordinal": lambda rng: rng.choice(ORDINALS[:12]),
}

TEMPLATES = """
Turn on the {switch} in the {room}.
Turn off the {switch} in the {room}.
Please turn {onoff} the {switch}.
Switch {onoff} the {room} {switch}.
Switch {onoff} all the lights.
Open the {opening} in the {room}.
Please close the {opening}.
Lock the {opening} at {time}.
Set the {room} light to {colour}.
Set the temperature to {small} degrees.
Set the volume to {small} percent.
Set an alarm for {time}.
Set a timer for {small} {unit}.
Wake me up at {time} on {day}.
Remind me to call {name} at {time}.
Remind me to buy {food} tomorrow.
Add {food} and {food} to the shopping list.
Play some {style} music in the {room}.
Stop the music in {small} minutes.
Call {name} at home.
Call the {place} on {day}.
Send a message to {name} and my {person}.
Make the {room} a little {warmer}.
Start the {switch} at {time}.
The {vehicle} to {city} leaves at {time}.
The {vehicle} from {city} arrives at {time}.
The next {vehicle} leaves in {small} minutes.
We will travel from {city} to {city} on {day}.
I want a ticket to {city} for {price}.
The flight to {city} takes {small} hours.
My {vehicle} was {small} minutes late.
The {place} is next to the {place}.
The {place} opens at {time}.
The {place} is closed on {day}.
Turn left at the {place} and then turn right.
Take the {ordinal} street on the right.
My room number is {number}.
My phone number is {digits}.
The code is {digits}.
There are {number} people in the {place}.
The meeting is on {date}.
The meeting starts at {time} in the office.
The birthday of {name} is on {date}.
Today is {date}.
The concert is on {day} {part} at {time}.
I was born on {date}.
The {thing} costs {price}.
The {quality} {thing} costs only {price}.
I paid {price} for the {food}.
He bought {small} {food2} for {price}.
A cup of {drink} costs {price}.
Please give me {small} pieces of {dish}.
I would like a glass of {drink}.
I would like the {dish} with {food} and {food}.
We had {dish} and {drink} in the {place}.
My {person} likes {drink} with {food}.
{name} likes {food} but not {food}.
{name} and {name} are in the {room}.
{name} is very {mood} today.
My {person} is {mood} this {part}.
I am {mood} and a little {mood}.
The {animal} is sleeping under the {thing}.
There is a {animal} in the {room}.
The {colour} {animal} is in the {place}.
I lost my {colour} {thing} in {city}.
The {thing} is on the {quality} table.
{name} has a {quality} {thing}.
She gave the {thing} to her {person}.
They want to {verb} in the {place}.
We can {verb} together on {day}.
It will be {weather} in {city} tomorrow.
It is {weather} and {weather} today.
It was {weather} last {day}.
The weather in {city} is {weather}.
I will see you on {day} {part}.
I will be back in {small} {unit}.
We have lived in {city} for {small} years.
My {person} works in the {place}.
{name} is my {person}.
The answer is {number}.
{number1} plus {small} is {number}.
The {place} is {small} kilometres from here.
Read page {number} of the {thing}.
Thank you very much, {name}.
Good {part}, {name}.
Yes, that is a good idea.
No, thank you.
I do not know where the {thing} is.
Please wait for me at the {place}.
Do not forget the {thing}.
What time is it in {city}?
What is the weather in {city}?
What is on my list for {day}?
How much is the {thing}?
How much are the {food2}?
How far is the {place} from the {place}?
How many {food2} do we need?
When does the {vehicle} to {city} leave?
When does the {place} close?
Where is my {colour} {thing}?
Where is the next {place}?
Who is in the {room}?
Is the {opening} open?
Is the {switch} in the {room} on?
Is it {weather} in {city}?
Can you help {name} with the {thing}?
Can you turn {onoff} the {switch} at {time}?
Do you have a {thing} for my {person}?
Did {name} call this {part}?
Would you like {drink} or {drink}?
Are you {mood}, {name}?
""".strip().splitlines()
SLOTS["onoff"] = ["on", "off"]
SLOTS["warmer"] = ["warmer", "colder", "darker", "brighter"]
SLOTS["food2"] = ["apples", "bananas", "eggs", "tomatoes", "potatoes", "oranges", "onions", "carrots"]


def sentence(rng: random.Random) -> str:
    """One sentence of the domain, cased and punctuated, numbers spelled out."""
    def fill(match: re.Match[str]) -> str:
        slot = match.group(1)
        if slot == "number1":
            return below_hundred(rng).capitalize()
        return SPOKEN[slot](rng) if slot in SPOKEN else rng.choice(SLOTS[slot])
    text = re.sub(r"\{(\w+)\}", fill, rng.choice(TEMPLATES))
    return text[0].upper() + text[1:]


def held_out(text: str) -> bool:
    """One sentence in twelve is never spoken in training; the tests draw from these."""
    return zlib.crc32(text.encode()) % 12 == 0


def training_sentence(rng: random.Random) -> str:
    while held_out(text := sentence(rng)):
        pass
    return text


def unseen_sentence(rng: random.Random) -> str:
    while not held_out(text := sentence(rng)):
        pass
    return text


# Words that only grammar tells apart: left out of salad, where there is no grammar.
HOMOPHONES = {"to", "for", "by", "read", "a", "I", "i", "there", "no", "know", "see", "would", "right", "new", "close", "closed"}


def words() -> list[str]:
    """Every word, in the case it has inside a sentence."""
    found: set[str] = set(ONES + TEENS + TENS + ORDINALS + ["thirtieth", "hundred", "thousand", "zero", "and"])
    found |= {word for options in SLOTS.values() for option in options for word in option.split()}
    found |= set("o'clock half past quarter noon midnight dollars euros pounds cents of the".split())
    for template in TEMPLATES:
        plain = re.sub(r"\{\w+\}", " ", template)
        for position, word in enumerate(re.findall(r"[A-Za-z']+", plain)):
            found.add(word.lower() if position == 0 and word != "I" else word)
    return sorted(found, key=str.lower)


def salad(rng: random.Random, vocabulary: list[str]) -> str:
    """2-7 words without grammar, so that the model must listen; starts lower-case and has no full stop,
    so that it cannot be taken for a sentence."""
    usable = [word for word in vocabulary if word.lower() not in HOMOPHONES]
    return " ".join(rng.choice(usable) for _ in range(rng.randint(2, 7)))


if __name__ == "__main__":
    listed = words()
    print(len(listed), "words:", " ".join(listed))
    generator = random.Random(1)
    for _ in range(20):
        print(sentence(generator), "| salad:", salad(generator, listed))
