"""Mutation test of both checkers: thousands of edits of valid certificates.

For each mutant the checker in C++ (through the batch program) and the one in check_certificate.py must agree;
one that both accept must carry the same statement, recomputed exactly, and its claims hold in it.
A sphere proof is decided by C++ with a rounded factor and here exactly, so there, and only there, the
C++ checker may reject a mutant that the exact one accepts.

Usage: mutate_certificates.py BATCH_PROGRAM MUTANTS FOLDER...
"""

import collections
import glob
import os
import random
import re
import subprocess
import sys

import check_certificate

NUMBER = re.compile(rb"-?[0-9]+")
MAX_BYTES = 20000  # larger certificates would make the exact twin slow


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


def swap_trees(rng, text):
    parts = re.split(rb"(?=\n(?:tree|sphere) |\nclaim )", text)
    heads = [i for i, part in enumerate(parts) if part.startswith((b"\ntree", b"\nsphere"))]
    if len(heads) != 2:
        return text
    a, b = heads
    first, second = parts[a].split(b"\n", 2), parts[b].split(b"\n", 2)
    first[2], second[2] = second[2], first[2]
    parts[a], parts[b] = b"\n".join(first), b"\n".join(second)
    return b"".join(parts)


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
    a, b = rng.sample(heads, 2)
    first, second = parts[a].split(b"\n", 2), parts[b].split(b"\n", 2)
    first[2], second[2] = second[2], first[2]
    parts[a], parts[b] = b"\n".join(first), b"\n".join(second)
    return b"".join(parts)


def change_fan_in(rng, text):
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
    else:
        rng.shuffle(fan_ins) if len(fan_ins) > 1 else fan_ins.pop()
    return head + b" ".join([cost] + fan_ins) + rest


def change_claim(rng, lines, at):
    word, name, number = lines[at].split(b" ")
    lines[at] = b" ".join([word, rng.choice([b"value", b"decrease", b"increase", b"maximum", b"final"]), number])


def insert_near(rng, text):
    """Replaces a row by a small or a random multiple of another one."""
    row, source = rng.sample(range(4), 2)
    multiple = b"%d:%d" % (rng.choice([-5, -1, 1, 3]), rng.choice([-1, 0, 1, 8, 60]))
    return text.replace(b"\nbasis ", b"\nnear 1\n%d %d %s\nbasis " % (row, source, multiple), 1)


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
    parts = re.match(rb"(?s)(.*\nproblem cnn )([a-z]+)( .*\npatches )([0-9]+)( .*\ndata )([0-9]+ [0-9]+)\n(.*?)(\nnetwork .*\nnu )([^\n]*)(\n.*)", text)
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


MUTATIONS = {
    "truncate": lambda rng, text: text[: rng.randrange(len(text))],
    "truncate-line": lambda rng, text: text[: text.rfind(b"\n", 0, rng.randrange(1, len(text))) + 1],
    "flip-byte": flip_byte,
    "sign": lambda rng, text: one_number(rng, text, lambda v: -v),
    "plus-one": lambda rng, text: one_number(rng, text, lambda v: v + 1),
    "minus-one": lambda rng, text: one_number(rng, text, lambda v: v - 1),
    "double": lambda rng, text: one_number(rng, text, lambda v: 2 * v),
    "halve": lambda rng, text: one_number(rng, text, lambda v: v // 2),
    "huge": lambda rng, text: one_number(rng, text, lambda v: v + 10 ** rng.choice([9, 19, 40, 1400])),
    "leaf-number": lambda rng, text: one_number(rng, text, lambda v: v + rng.choice([-1, 1]), is_leaf),
    "leaf-sign": lambda rng, text: one_number(rng, text, lambda v: -v, is_leaf),
    "ulp": on_lines(nudge_dyad, lambda line: b":" in line and not is_leaf(line)),
    "claim-ulp": on_lines(nudge_dyad, starts(b"claim")),
    "beta-ulp": on_lines(nudge_dyad, starts(b"beta")),
    "drop": on_lines(drop),
    "duplicate": on_lines(duplicate),
    "swap-next": on_lines(swap_with_next),
    "swap-lines": on_lines(swap_lines),
    "swap-leaves": on_lines(swap_with_next, is_leaf),
    "swap-children": on_lines(swap_children, starts(b"s")),
    "shift": on_lines(reshift, starts(b"s")),
    "split-to-leaf": on_lines(replace_by(b"0"), starts(b"s")),
    "leaf-to-zero": on_lines(replace_by(b"0"), is_leaf),
    "leaf-to-split": on_lines(replace_by(b"s 0 1", b"s 1 0", b"s 0 0", b"s 0 9"), is_leaf),
    "no-exceptions": on_lines(cut_tail(b"/"), lambda line: b" / " in line),
    "no-weights": on_lines(cut_tail(b";"), lambda line: b" ; " in line),
    "exceptions": on_lines(append(b" / 0 0:1", b" / 1 1:1", b" / 2 3:4", b" / 0 2:0", b" / 0 1:0 0:1",
                                  b" / 1 0:3", b" / 0", b" / 0 0:-1", b" / 4097 1:1"), is_leaf),
    "basis": on_lines(change_basis, starts(b"basis")),
    "dual-entry": on_lines(nudge_entry, starts(b"nu")),
    "scale-dual": on_lines(scale_line, starts(b"nu")),
    "scale-leaf": on_lines(scale_line, is_leaf),
    "near-number": lambda rng, text: one_number(rng, text, lambda v: v + rng.choice([-2, -1, 1, 2]), is_near),
    "near-ulp": on_lines(nudge_dyad, is_near),
    "near-twice": on_lines(duplicate, is_near),
    "insert-near": insert_near,
    "drop-near": drop_near,
    "pairs": on_lines(change_pairs, is_leaf),
    "unit": on_lines(change_split, starts(b"s")),
    "units": swap_units,
    "fan-in": change_fan_in,
    "radius": lambda rng, text: one_number(rng, text, lambda v: v + rng.choice([-9, -1, 1, 9]), starts(b"radii")),
    "patch": change_patch,
    "pooling": change_pooling,
    "slot": on_lines(change_slot, is_state),
    "state-ulp": on_lines(nudge_dyad, is_state),
    "state-number": lambda rng, text: one_number(rng, text, lambda v: v + rng.choice([-2, -1, 1, 2]), is_state),
    "states": change_states,
    "turn-direction": turn_direction,
    "claim": on_lines(change_claim, starts(b"claim")),
    "swap-trees": swap_trees,
    "word": change_word,
    "after-end": lambda rng, text: text + rng.choice([b"\n", b"end\n", b" ", b"\x00"]),
}


class Batch:
    def __init__(self, program):
        self.program = program

    def check(self, texts):
        """(outcome, statement) for every text."""
        data = b"".join(b"%d\n" % len(text) + text for text in texts)
        done = subprocess.run([self.program], input=data, stdout=subprocess.PIPE, check=True)
        lines = done.stdout.split(b"\n")[:-1]
        assert len(lines) == len(texts), "the batch program died"
        answers = []
        for line in lines:
            outcome, *numbers = line.split(b" # ")[0].split(b" ")
            statement = [None if t == b"-" else tuple(int(v) for v in t.split(b":")) for t in numbers]
            answers.append((outcome.decode(), statement))
        return answers


def exact(text):
    try:
        return "verified", check_certificate.check(text).statement()
    except check_certificate.Malformed as error:
        return "malformed", str(error)
    except check_certificate.Rejected as error:
        return "not-verified", str(error)


def compare(text, ours, theirs):
    """None when the two answers agree, else what is wrong."""
    if theirs[0] == "verified":
        if ours[0] != "verified":
            return f"C++ accepts, Python says {ours}"
        return None if ours[1] == theirs[1] else f"statements differ: {ours[1]} {theirs[1]}"
    if ours[0] == "verified" and not (b"\nsphere" in text and theirs[0] == "not-verified"):
        return f"Python accepts, C++ says {theirs[0]}"
    return None


def main():
    batch, wanted = Batch(sys.argv[1]), int(sys.argv[2])
    files = sorted(name for folder in sys.argv[3:] for name in glob.glob(os.path.join(folder, "*.cert")))
    files = [name for name in files if os.path.getsize(name) <= MAX_BYTES]
    assert files, "no certificates"
    sources = [open(name, "rb").read() for name in files]
    rng = random.Random(20240607)
    jobs, seen = [(name, "original", text) for name, text in zip(files, sources)], set(sources)
    names = sorted(MUTATIONS)
    for turn in range(100 * wanted):
        if len(jobs) >= wanted + len(files):
            break
        at, name = turn % len(files), names[turn // len(files) % len(names)]
        mutant = MUTATIONS[name](rng, sources[at])
        if mutant not in seen:
            seen.add(mutant)
            jobs.append((files[at], name, mutant))
    theirs = batch.check([text for _, _, text in jobs])
    accepted, total, failures, stricter = collections.Counter(), collections.Counter(), 0, 0
    for (file, name, text), answer in zip(jobs, theirs):
        ours = exact(text)
        problem = compare(text, ours, answer)
        if name == "original" and answer[0] != "verified":
            problem = f"a valid certificate is rejected: {answer[0]}"
        if problem:
            failures += 1
            print(f"DISAGREEMENT {os.path.basename(file)} {name}: {problem}")
            if failures <= 3:
                sys.stdout.write(text.decode("latin-1") + "\n")
        stricter += ours[0] == "verified" and answer[0] != "verified"
        total[name] += 1
        accepted[name] += answer[0] == "verified"
    for name in ["original"] + names:
        print(f"{name}: {total[name]} mutants, {accepted[name]} still true")
    print(f"{len(jobs)} checked, {sum(accepted.values())} accepted by both, {stricter} sphere proofs "
          f"accepted by the exact elimination only, {failures} disagreements")
    return 1 if failures or len(jobs) < wanted else 0


if __name__ == "__main__":
    sys.exit(main())
