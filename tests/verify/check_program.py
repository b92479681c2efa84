"""The program thalweg-check: one line on standard output and the promised exit codes.

Usage: check_program.py THALWEG_CHECK CERTIFICATES_FOLDER
"""

import os
import subprocess
import sys
import tempfile

PROGRAM, FOLDER = sys.argv[1:]


def run(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def expect(condition, what):
    if not condition:
        sys.exit(f"failed: {what}")


def main():
    certificate = os.path.join(FOLDER, "f3_local.cert")
    code, line = run(certificate)
    expect(code == 0 and line.count("\n") == 1, "a valid certificate")
    # F3 at its local minimum: L = 0.19, P* = 23/144, so the gap is at least 0.0302777...
    words = line.split()
    expect(words[:4] == ["s", "VERIFIED", "gap", "<="], line)
    expect(0.19 - 23 / 144 <= float(words[4]) <= 0.0305, line)
    expect(words[-3:-1] == ["decrease", ">="] and 0.0302 <= float(words[-1]) <= 0.19 - 23 / 144, line)

    with open(certificate, encoding="ascii") as file:
        text = file.read()
    with tempfile.TemporaryDirectory() as folder:
        edits = {1: text.replace("claim value ", "claim value -"),
                 2: text.replace("\n", "\r\n"),
                 4: text.replace("claim value ", "claim value 1" + "0" * 1300)}
        for wanted, edited in edits.items():
            path = os.path.join(folder, f"{wanted}.cert")
            with open(path, "w", encoding="ascii", newline="") as file:
                file.write(edited)
            code, line = run(path)
            expect(code == wanted and line.startswith("s NOT VERIFIED line "), f"{wanted}: {code} {line}")
        code, line = run(os.path.join(folder, "none.cert"))
        expect(code == 3 and line.startswith("s NOT VERIFIED"), "a missing file")
        code, line = run(folder)
        expect(code == 3 and line.startswith("s NOT VERIFIED"), "a folder")
    expect(run("--help")[0] == 0 and "usage:" in run("--help")[1], "--help")
    expect(run("--version")[0] == 0, "--version")
    for arguments in ((), ("--unknown",), (certificate, certificate)):
        expect(run(*arguments) == (2, ""), f"wrong usage {arguments}")


if __name__ == "__main__":
    main()
