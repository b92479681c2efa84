"""Edits of what only certificates of convolutional and parallel networks have: patches, fan-ins, trees over units."""

import re

from text_edits import swap_bodies


def change_pairs(rng, lines, at):
    """Of a unit tree's leaf: a pair less, twice, or of the next number; a list cut off, or its word another."""
    tokens = lines[at].split(b" ")
    pairs = [i for i, t in enumerate(tokens) if b":" in t]
    words = [i for i, t in enumerate(tokens) if t in (b";", b"/", b"|")]
    kind = rng.randrange(6)
    if kind < 3 and pairs:
        place = rng.choice(pairs)
        row, value = tokens[place].split(b":")
        tokens[place:place + 1] = [[], [tokens[place]] * 2, [b"%d:%s" % (int(row) + rng.choice([-1, 1]), value)]][kind]
    elif kind == 3 and words:
        tokens[rng.choice(words)] = rng.choice([b";", b"/", b"|"])
    elif kind == 4 and words:
        tokens = tokens[:rng.choice(words)]
    else:
        more = [b"0:1", b"1:3", b"; 0:1", b"; 2:%d" % rng.randrange(1 << 20), b"/ 0 9999999 9999999 1 |", b"|"]
        tokens.insert(rng.randrange(1, len(tokens) + 1), rng.choice(more))
    lines[at] = b" ".join(tokens)


def change_split(rng, lines, at):
    """Splits another unit, or one more before."""
    unit = int(lines[at].split(b" ")[1])
    lines[at] = b"s %d" % (unit + rng.choice([-2, -1, 1, 2])) if rng.randrange(2) else b"s 0\n" + lines[at]


def swap_units(rng, text):
    """Exchanges the trees of two sections `units`."""
    parts = re.split(rb"(?=\nunits |\nclaim value)", text)
    heads = [i for i, part in enumerate(parts) if part.startswith(b"\nunits")]
    if len(heads) < 2:
        return text
    return swap_bodies(parts, *rng.sample(heads, 2))


def change_fan_in(rng, text):
    """Another cost or fan-in, one more, none, or another order."""
    parts = re.match(rb"(?s)(.*\nproblem parallel )([a-z]+) ([0-9 ]+)( loss .*)", text)
    if not parts:
        return text
    head, cost, fan_ins, rest = parts.groups()
    fan_ins = fan_ins.split(b" ")
    kind = rng.randrange(4)
    if kind == 0:
        cost = rng.choice([b"path", b"constrained"])
    elif kind == 1:
        fan_ins[rng.randrange(len(fan_ins))] = rng.choice([b"0", b"1", b"2", b"3", b"9999"])
    elif kind == 2:
        fan_ins.insert(rng.randrange(len(fan_ins) + 1), rng.choice([b"1", b"2"]))
    elif len(fan_ins) > 1:
        rng.shuffle(fan_ins)
    else:
        fan_ins.pop()
    return head + b" ".join([cost] + fan_ins) + rest


def change_patch(rng, text):
    """Another entry of a patch, a patch more or less, a longer or shorter one; or only their numbers."""
    lines = text[:-1].split(b"\n")
    heads = [i for i, line in enumerate(lines) if line.startswith(b"patches ")]
    if not heads:
        return text
    head, kind = heads[0], rng.randrange(5)
    count, size = (int(t) for t in lines[head].split(b" ")[1:])
    at = head + 1 + rng.randrange(count)
    entry = rng.choice([b"-", b"+", b"%d" % rng.randrange(4)])
    tokens = lines[at].split(b" ")
    if kind < 2:
        tokens[rng.randrange(size)] = entry
    elif kind == 2:
        tokens = tokens[1:] if rng.randrange(2) else tokens + [entry]
    lines[at] = b" ".join(tokens)
    if kind == 3:
        difference = rng.choice([-1, 1])
        lines[at:at + 1] = [lines[at]] * (1 + difference)
        count += difference
    elif kind == 4:
        count, size = count + rng.choice([-1, 0, 1]), size + rng.choice([-1, 0, 1])
    lines[head] = b"patches %d %d" % (count, size)
    return b"\n".join(lines) + b"\n"


def change_pooling(rng, text):
    """Another pooling with as many targets and numbers of the dual as it wants, or with those there were."""
    parts = re.match(rb"(?s)(.*\nproblem cnn )([a-z]+)( .*\npatches )([0-9]+)( .*\ndata )([0-9]+ [0-9]+)\n(.*?)"
                     rb"(\nnetwork .*\nnu )([^\n]*)(\n.*)", text)
    if not parts:
        return text
    head, old, middle, count, more, shape, rows, network, dual, rest = parts.groups()
    new = rng.choice([b"sum", b"average", b"none", b"max", b""])
    if rng.randrange(2):
        d, dual = int(shape.split(b" ")[1]), dual.split(b" ")
        table = [row.split(b" ") for row in rows.split(b"\n")]
        if new == b"none" and old != new:
            table = [row[:d] + row[d:] * int(count) for row in table]
            dual = dual[:1] + [v for v in dual[1:] for _ in range(int(count))]
        elif old == b"none" and old != new:
            table, dual = [row[:d + 1] for row in table], dual[:1] + dual[1::int(count)]
        rows, dual = b"\n".join(b" ".join(row) for row in table), b" ".join(dual)
    return head + new + middle + count + more + shape + b"\n" + rows + network + dual + rest
