"""Text as Kokoro reads it: misaki's phonemes, American or British, by the G2P that hibari-tts brings."""
from functools import cache

from hibari.g2p import G2P


@cache
def reader(british: bool) -> G2P:
    """Its dictionary is `lexicon.golds.d`."""
    return G2P(british=british)


def phonemes(text: str, british: bool = False) -> str:
    return reader(british)(text)
