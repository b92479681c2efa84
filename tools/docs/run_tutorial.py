"""Runs a tutorial and compares what is printed with what the page shows.

    run_tutorial.py PAGE BIN SOURCE WORK [PYTHON]

Blocks of ```sh hold commands (after `$ `) and their output; blocks of ```python run one after the other in one interpreter, and
a block of ```text after one is its output. They run in the empty folder WORK, where `examples` is the project's, with BIN in
the path and the Python package in PYTHON. A line `...` stands for any lines; spaces and line breaks do not count; numbers agree
to one unit of the last digit on the page, or to eight digits. A comment `<!-- needs: torch -->` names modules without which
the page cannot run: the exit code is then 77. Else it is 0 when all agrees, and 1.
"""

import contextlib
import importlib.util
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys

import markdown_pages

NUMBER = re.compile(r"[-+]?(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?")
SKIPPED = 77


def words(text):
    """What is compared: numbers, words and signs, each by itself."""
    return re.findall(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|[^\W\d]+|\S", text)


def agree(shown, printed):
    if shown == printed:
        return True
    numbers = [NUMBER.fullmatch(word) for word in (shown, printed)]
    if not all(numbers) or not (numbers[0].group(2) or numbers[0].group(3)):
        return False
    unit = 10.0 ** (int(numbers[0].group(3) or 0) - len(numbers[0].group(2) or ""))
    value = float(shown)
    return abs(value - float(printed)) <= max(1.001 * unit, 1e-8 * abs(value))


def found_at(part, printed, begin):
    """The first place from `begin` on where the words `part` stand in `printed`; None when there is none."""
    for place in range(begin, len(printed) - len(part) + 1):
        if all(map(agree, part, printed[place:])):
            return place
    return None


def difference(shown, printed):
    """Why the output is not what the page shows; None when it is."""
    parts = [words(part) for part in re.split(r"^\.\.\.$", shown, flags=re.MULTILINE)]
    output, place = words(printed), 0
    for number, part in enumerate(parts):
        if number == len(parts) - 1 and part:
            at = len(output) - len(part)
            at = at if at >= place and found_at(part, output, at) == at else None
        else:
            at = found_at(part, output, place)
        if at is None or (number == 0 and at != 0):
            return f"the page shows\n  {' '.join(part)}\nbut printed was\n  {' '.join(output[place:])}"
        place = at + len(part)
    return None


def commands(text):
    """Pairs (command, output) of a block of shell."""
    pairs = []
    for line in text.splitlines():
        if line.startswith("$ "):
            pairs.append([line[2:], ""])
        elif pairs and pairs[-1][0].endswith("\\"):
            pairs[-1][0] += "\n" + line
        elif pairs:
            pairs[-1][1] += line + "\n"
        else:
            raise ValueError("a block of shell begins with `$ `")
    return pairs


def run_shell(command):
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    return done.stdout, None if done.returncode == 0 else f"exit code {done.returncode}: {done.stderr}"


def run_python(code, namespace):
    output = io.StringIO()
    try:
        with contextlib.redirect_stdout(output):
            exec(compile(code, "tutorial", "exec"), namespace)
    except Exception as problem:  # whatever it is, it is what a reader of the page would see
        return output.getvalue(), f"{type(problem).__name__}: {problem}"
    return output.getvalue(), None


def steps(fences):
    """(line, kind, code, output shown) of everything that runs."""
    for number, fence in enumerate(fences):
        if fence.language == "sh":
            for command, shown in commands(fence.text):
                yield fence.line, "sh", command, shown
        elif fence.language == "python":
            after = fences[number + 1] if number + 1 < len(fences) else None
            yield fence.line, "python", fence.text, after.text if after and after.language == "text" else ""


def run(page):
    """The first disagreement of a page with what it shows; None when there is none."""
    namespace = {"__name__": "__main__"}
    for line, kind, code, shown in steps(page.fences):
        printed, failure = run_shell(code) if kind == "sh" else run_python(code, namespace)
        problem = failure or difference(shown, printed)
        if problem:
            return f"line {line}: {code}\n{problem}"
    return None


def main():
    path, binaries, source, work = (pathlib.Path(argument).resolve() for argument in sys.argv[1:5])
    if len(sys.argv) > 5:
        sys.path.insert(0, str(pathlib.Path(sys.argv[5]).resolve()))
    text = path.read_text(encoding="utf-8")
    for name in " ".join(re.findall(r"<!-- needs: (.*?) -->", text)).split():
        if importlib.util.find_spec(name) is None:
            print(f"{path.name}: skipped, there is no Python module {name}")
            return SKIPPED
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    os.chdir(work)
    os.symlink(source / "examples", "examples")
    # The commands' python3 is this one.
    os.environ["PATH"] = f"{binaries}:{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"
    problem = run(markdown_pages.read(text))
    print(f"{path.name}: {problem or 'does what it shows'}")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
