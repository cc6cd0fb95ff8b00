"""Which token is spoken when: the best path through a known text, by the model's own opinion of each moment (Viterbi)."""
import numpy as np


def align(scores: np.ndarray, sentences: list[list[int]], blank: int) -> list[int]:
    """Log-probabilities [moments, tokens] → a token for each moment. Each token of the text takes one moment or more;
    silence may stand before, between and after sentences."""
    path, optional = [blank], [True]
    for sentence in sentences:
        path += [*sentence, blank]
        optional += [False] * len(sentence) + [True]
    moments, states = len(scores), len(path)
    if states - sum(optional) > moments:
        return [-100] * moments
    emitted = scores[:, path]
    skips = np.array([False, False] + [optional[state - 1] for state in range(2, states)])
    best = np.full(states, -np.inf)
    best[0], best[1] = emitted[0, 0], emitted[0, 1]
    came = np.zeros((moments, states), np.int8)
    for moment in range(1, moments):
        step = np.concatenate([[-np.inf], best[:-1]])
        skip = np.where(skips, np.concatenate([[-np.inf, -np.inf], best[:-2]]), -np.inf)
        choices = np.stack([best, step, skip])
        came[moment] = choices.argmax(0)
        best = choices.max(0) + emitted[moment]
    state = states - 1 if best[-1] >= best[-2] else states - 2
    out = [path[state]]
    for moment in range(moments - 1, 0, -1):
        state -= came[moment, state]
        out.append(path[state])
    return out[::-1]
