"""Edits of the section `path` of a certificate."""

import re

from text_edits import starts

is_state = starts(b"balance", b"masses", b"merge")


def change_slot(rng, lines, at):
    """Empties a slot, fills an empty one, turns its sign or direction, or exchanges two parts of the line."""
    tokens = lines[at].split(b" ")
    place, other = (rng.randrange(1, len(tokens)) for _ in range(2))
    kind = rng.randrange(5)
    signs = [i for i, t in enumerate(tokens) if t in (b"+", b"-")]
    if kind == 0 and signs:
        place = rng.choice(signs)
        tokens[place:place + 3] = [b"0"]
    elif kind == 1:
        tokens[place:place + 1] = rng.choice([[b"+", b"0", b"1:5"], [b"-", b"1", b"1:4"], [b"+", b"0", b"-1:5"],
                                              [b"+", b"0", b"0:0"], [b"0"]])
    elif kind == 2 and signs:
        place = rng.choice(signs)
        tokens[place] = b"-" if tokens[place] == b"+" else b"+"
    elif kind == 3 and signs:
        place = rng.choice(signs) + 1
        tokens[place] = b"%d" % (int(tokens[place]) + rng.choice([-1, 1, 2]))
    else:
        tokens[place], tokens[other] = tokens[other], tokens[place]
    lines[at] = b" ".join(tokens)


def change_states(rng, text):
    """Drops or repeats a state and counts it, or only counts it; or ends the path elsewhere."""
    lines = text[:-1].split(b"\n")
    places = [i for i, line in enumerate(lines) if is_state(line)]
    if not places:
        return text
    count = next(i for i, line in enumerate(lines) if line.startswith(b"path "))
    word, directions, states = lines[count].split(b" ")
    at, kind = rng.choice(places), rng.randrange(5)
    if kind == 4:
        lines.insert(places[-1] + 1, b"reach")
    else:
        difference = rng.choice([-1, 1])
        lines[count] = b" ".join([word, directions, b"%d" % (int(states) + difference)])
        if kind < 3:
            lines[at:at + 1] = [lines[at]] * (1 + difference)
    return b"\n".join(lines) + b"\n"


def turn_direction(rng, text):
    """-v and the other sign wherever it is used: the same products, another function."""
    lines = text[:-1].split(b"\n")
    heads = [i for i, line in enumerate(lines) if line.startswith(b"path ")]
    if not heads or lines[heads[0]].split(b" ")[1] == b"0":
        return text
    k = rng.randrange(int(lines[heads[0]].split(b" ")[1]))
    row = lines[heads[0] + 1 + k].split(b" ")
    lines[heads[0] + 1 + k] = b" ".join(t if t == b"0:0" else t[1:] if t[:1] == b"-" else b"-" + t for t in row)
    for i in filter(lambda i: is_state(lines[i]), range(len(lines))):
        turned = {b"+ %d " % k: b"- %d " % k, b"- %d " % k: b"+ %d " % k}
        lines[i] = re.sub(rb"[+-] %d " % k, lambda match: turned[match.group()], lines[i])
    return b"\n".join(lines) + b"\n"
