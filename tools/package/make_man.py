"""Man pages from what the programs say about themselves.

    make_man.py THALWEG THALWEG_CHECK FOLDER

Writes thalweg.1.gz, thalweg-COMMAND.1.gz for every command and thalweg-check.1.gz.
"""

import gzip
import pathlib
import re
import subprocess
import sys

import help_listing


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def verbatim(text):
    return f".nf\n{escape(text)}\n.fi\n"


def head(name, summary, version):
    return (f'.TH "{name.upper()}" "1" "" "thalweg {version}" "User commands"\n.SH NAME\n{escape(name)} \\- {escape(summary)}\n')


def option_text(option):
    names = ", ".join(f"\\fB{escape(name)}\\fR" for name in option.names)
    value = f" \\fI{escape('|'.join(option.choices) or option.value)}\\fR" if option.value else ""
    text = ". ".join(filter(None, [option.text.rstrip("."), option.rules]))
    return f".TP\n{names}{value}\n{escape(text)}\n"


def sections_text(command):
    return "".join(f".SH {title.upper()}\n" + "".join(map(option_text, options)) for title, options in command.sections.items())


def notes_text(notes):
    if not notes:
        return ""
    title = "EXAMPLES" if notes.startswith("Example") else "NOTES"
    return f".SH {title}\n{verbatim(notes)}"


def see_also(names):
    return ".SH SEE ALSO\n" + ",\n".join(f".BR {escape(name)} (1)" for name in names) + "\n"


def usage_line(command):
    return f".B {escape(command.usage)}\n"


def command_page(command, version):
    return (head(f"thalweg-{command.name}", command.text, version) + ".SH SYNOPSIS\n" + usage_line(command) +
            sections_text(command) + notes_text(command.notes) + see_also(["thalweg", "thalweg-check"]))


def program_page(program, version):
    listed = "".join(f".TP\n\\fB{escape(command.name)}\\fR\n{escape(command.text)}\n" for command in program.commands)
    return (head("thalweg", program.text, version) + ".SH SYNOPSIS\n.B thalweg\n\\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n" +
            f".SH COMMANDS\nEach has a page of its own, thalweg\\-COMMAND.\n{listed}" + sections_text(program) +
            notes_text(program.notes) + see_also([f"thalweg-{command.name}" for command in program.commands] + ["thalweg-check"]))


def checker_page(printed, command, version):
    """The page of the program thalweg-check, and of the command `thalweg check`, which would have the same name."""
    usage, _, body = printed.partition("\n")
    return (head("thalweg-check", "decide a certificate of thalweg in exact arithmetic", version) +
            f".SH SYNOPSIS\n.B {escape(usage.removeprefix('usage: '))}\n.br\n" + usage_line(command) +
            f".SH DESCRIPTION\n{verbatim(body.rstrip())}.SH THALWEG CHECK\n{escape(command.text)}.\n" +
            sections_text(command) + notes_text(command.notes) + see_also(["thalweg"]))


def version_of(program):
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]


def main():
    thalweg, checker, folder = sys.argv[1:4]
    version = version_of(thalweg)
    program = help_listing.read_program(thalweg)
    pages = {"thalweg": program_page(program, version)}
    for command in program.commands:
        pages[f"thalweg-{command.name}"] = command_page(command, version)
    check = next(command for command in program.commands if command.name == "check")
    pages["thalweg-check"] = checker_page(help_listing.printed_help(checker), check, version)
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.1.gz"):
        old.unlink()
    for name, text in pages.items():
        # No time in it: the same programs give the same bytes.
        (folder / f"{name}.1.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
