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
import subprocess
import sys

import check_certificate
from architecture_edits import change_fan_in, change_pairs, change_patch, change_pooling, change_split, swap_units
from path_edits import change_slot, change_states, is_state, turn_direction
from text_edits import (append, change_basis, change_claim, change_word, cut_tail, drop, drop_near, duplicate, flip_byte,
                        insert_near, is_leaf, is_near, nudge_dyad, nudge_entry, on_lines, one_number, replace_by, reshift,
                        scale_line, starts, swap_children, swap_lines, swap_trees, swap_with_next)

MAX_BYTES = 20000  # larger certificates would make the exact twin slow


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
