"""Edits of a certificate's text: of its numbers, lines and sections, whatever they are about. An edit is a function
(rng, text) -> text; one of a line (rng, lines, at) changes the list of lines, see on_lines."""

import re

NUMBER = re.compile(rb"-?[0-9]+")


def one_number(rng, text, change, line_filter=lambda line: True):
    """Changes one number of the text."""
    lines = text.split(b"\n")
    places = [i for i, line in enumerate(lines) if line_filter(line) and NUMBER.search(line)]
    if not places:
        return text
    at = rng.choice(places)
    matches = list(NUMBER.finditer(lines[at]))
    match = rng.choice(matches)
    value = str(change(int(match.group()))).encode()
    lines[at] = lines[at][: match.start()] + value + lines[at][match.end():]
    return b"\n".join(lines)


NEAR_ROW = re.compile(rb"[0-9]+ [0-9]+ -?[0-9]+:-?[0-9]+")


def is_near(line):
    return NEAR_ROW.fullmatch(line)


def is_leaf(line):
    return NUMBER.match(line) and b":" not in line.split(b" ")[0] and not is_near(line)


def on_lines(edit, wanted=lambda line: True):
    def mutate(rng, text):
        lines = text[:-1].split(b"\n")
        places = [i for i, line in enumerate(lines) if wanted(line)]
        if not places:
            return text
        edit(rng, lines, rng.choice(places))
        return b"\n".join(lines) + b"\n"

    return mutate


def starts(*words):
    return lambda line: line.split(b" ")[0] in words


def drop(rng, lines, at):
    del lines[at]


def duplicate(rng, lines, at):
    lines.insert(at, lines[at])


def swap_with_next(rng, lines, at):
    other = min(at + 1, len(lines) - 1)
    lines[at], lines[other] = lines[other], lines[at]


def swap_lines(rng, lines, at):
    other = rng.randrange(len(lines))
    lines[at], lines[other] = lines[other], lines[at]


def swap_children(rng, lines, at):
    tokens = lines[at].split(b" ")
    tokens[1:3] = reversed(tokens[1:3])
    lines[at] = b" ".join(tokens)


def reshift(rng, lines, at):
    tokens = lines[at].split(b" ")[:3]
    lines[at] = b" ".join(tokens + [b"%d" % rng.choice([-64, -2, -1, 0, 1, 2, 64, 65])])


def replace_by(*texts):
    def edit(rng, lines, at):
        lines[at] = rng.choice(texts)

    return edit


def cut_tail(word):
    def edit(rng, lines, at):
        lines[at] = lines[at].split(b" " + word)[0]

    return edit


def append(*texts):
    def edit(rng, lines, at):
        lines[at] += rng.choice(texts)

    return edit


def scale_line(rng, lines, at):
    """Scales every number of a line after its second token: the dual, a leaf vector, coefficients."""
    tokens = lines[at].split(b" ")
    up, down = rng.choice([(2, 1), (1, 2), (-1, 1), (9, 8), (7, 8), (1001, 1000), (0, 1)])
    lines[at] = b" ".join(tokens[:2] + [b"%d" % (int(t) * up // down) if NUMBER.fullmatch(t) else t
                                         for t in tokens[2:]])


def nudge_entry(rng, lines, at):
    """Moves one entry of the dual by one unit of its grid."""
    tokens = lines[at].split(b" ")
    place = rng.randrange(2, len(tokens))
    tokens[place] = b"%d" % (int(tokens[place]) + rng.choice([-1, 1]))
    lines[at] = b" ".join(tokens)


def change_basis(rng, lines, at):
    """Another row, a missing one, one more, twice the same, another order, or another count."""
    rows = [int(t) for t in lines[at].split(b" ")[2:]]
    count = len(rows)
    kind = rng.randrange(6)
    if rows and kind == 0:
        rows[rng.randrange(count)] += rng.choice([-1, 1, 2])
    elif rows and kind == 1:
        del rows[rng.randrange(count)]
    elif kind == 2:
        rows = sorted(rows + [rng.randrange(14)])
    elif rows and kind == 3:
        rows[rng.randrange(count)] = rng.choice(rows)
    elif kind == 4:
        rng.shuffle(rows)
    count = count + rng.choice([-1, 1, 25]) if kind == 5 else len(rows)
    lines[at] = b" ".join([b"basis", b"%d" % count] + [b"%d" % row for row in rows])


def nudge_dyad(rng, lines, at):
    """Moves one dyad of a line by one unit in the last place of a 53-bit mantissa."""
    tokens = lines[at].split(b" ")
    places = [i for i, t in enumerate(tokens) if b":" in t and NUMBER.match(t)]
    if not places:
        return
    place = rng.choice(places)
    mantissa, exponent = (int(v) for v in tokens[place].split(b":"))
    grow = max(0, 53 - abs(mantissa).bit_length()) if mantissa else 53
    mantissa, exponent = (mantissa << grow) + rng.choice([-1, 1]), exponent + grow
    while mantissa and mantissa % 2 == 0:
        mantissa, exponent = mantissa // 2, exponent - 1
    tokens[place] = b"%d:%d" % (mantissa, exponent if mantissa else 0)
    lines[at] = b" ".join(tokens)


def flip_byte(rng, text):
    at = rng.randrange(len(text))
    return text[:at] + bytes([rng.choice(b"0123456789 :-;/sx\n\r\t\x00\xff+.eE")]) + text[at + 1 :]


def swap_bodies(parts, a, b):
    """The text of some sections, two of which exchange all but their first lines."""
    first, second = parts[a].split(b"\n", 2), parts[b].split(b"\n", 2)
    first[2], second[2] = second[2], first[2]
    parts[a], parts[b] = b"\n".join(first), b"\n".join(second)
    return b"".join(parts)


def swap_trees(rng, text):
    parts = re.split(rb"(?=\n(?:tree|sphere) |\nclaim )", text)
    heads = [i for i, part in enumerate(parts) if part.startswith((b"\ntree", b"\nsphere"))]
    if len(heads) != 2:
        return text
    return swap_bodies(parts, *heads)


def change_claim(rng, lines, at):
    word, name, number = lines[at].split(b" ")
    lines[at] = b" ".join([word, rng.choice([b"value", b"decrease", b"increase", b"maximum", b"final"]), number])


def insert_near(rng, text):
    """Replaces a row by a small or a random multiple of another one."""
    row, source = rng.sample(range(4), 2)
    multiple = b"%d:%d" % (rng.choice([-5, -1, 1, 3]), rng.choice([-1, 0, 1, 8, 60]))
    return text.replace(b"\nbasis ", b"\nnear 1\n%d %d %s\nbasis " % (row, source, multiple), 1)


def drop_near(rng, text):
    return re.sub(rb"\nnear [^b]*\nbasis ", b"\nbasis ", text)


def change_word(rng, text):
    swaps = [(b"scale sum", b"scale mean"), (b"scale mean", b"scale sum"), (b"loss squared ", b"loss squared-hinge "),
             (b"loss squared ", b"loss huber 1:1 "), (b"output-bias none", b"output-bias free"),
             (b"output-bias penalised", b"output-bias free"), (b"output-bias free", b"output-bias penalised"),
             (b"basis 0", b"basis 1 0"), (b"tree +", b"tree -"), (b"cert 1", b"cert 2"), (b"\n", b"\r\n"),
             (b"claim gap", b"claim value"), (b"claim relgap", b"claim gap"), (b"claim value", b"claim decrease"),
             (b"tree -", b"sphere -"), (b" ", b"  "), (b"huber ", b"huber -"), (b"\nmasses", b"\nmerge"),
             (b"\nmerge", b"\nmasses"), (b"\nbalance", b"\nmasses"), (b"\nreach\n", b"\n"), (b"\npath ", b"\npath 1"),
             (b"cnn max", b"cnn sum"), (b"cnn sum", b"cnn max"), (b"units 0 +", b"units 0 -"), (b"units 1", b"units 0"),
             (b"radii ", b"radii 1"), (b"units 0 -\n", b"units 0 -\n0\n"), (b"\nnu ", b"\nbasis 0\nnu "),
             (b"claim increase", b"claim maximum"), (b"claim final", b"claim increase")]
    old, new = rng.choice(swaps)
    return text.replace(old, new, 1)
