"""What `thalweg --help` and `thalweg COMMAND --help` say, as data: the one source of man pages and completions."""

import dataclasses
import re
import subprocess

COLUMN = 30  # where CLI11 begins the description of an option


@dataclasses.dataclass
class Option:
    names: list  # ["-q", "--quiet"]; of an argument without dashes its name
    value: str  # "FILE"; empty for a flag
    choices: list  # the values allowed; empty when any is
    rules: str  # "Needs --out. Excludes --data, --targets."
    text: str

    @property
    def takes_path(self):
        return bool(re.search(r"FILE|FOLDER|\.[a-z]", self.value))


@dataclasses.dataclass
class Command:
    name: str
    text: str
    usage: str
    sections: dict  # heading: options in the order of the help
    notes: str  # what follows the options: examples, exit codes
    commands: list = dataclasses.field(default_factory=list)

    def options(self):
        return [option for options in self.sections.values() for option in options if option.names[0].startswith("-")]


def entries(lines):
    """Pairs (head, text) of the lines under one heading."""
    pairs = []
    for line in lines:
        if line.startswith(" " * COLUMN):
            pairs[-1][1] = (pairs[-1][1] + " " + line.strip()).strip()
        else:
            pairs.append([line.strip(), ""])
    for pair in pairs:
        if not pair[1]:  # short enough to have its description beside it
            pair[0], pair[1] = (part.strip() for part in re.match(r"(.{28}) *(.*)", f"{pair[0]:28}").groups())
    return pairs


def rules_in_words(head):
    words = []
    if re.search(r"\bREQUIRED\b", head):
        words.append("Required.")
    for kind in ("Needs", "Excludes"):
        found = re.search(kind + r": ((?:--[a-z-]+ ?)+)", head)
        if found:
            words.append(f"{kind} {', '.join(found.group(1).split())}.")
    return " ".join(words)


def parse_option(head, text):
    names, _, rest = head.partition(" ")
    plain = re.split(r"\b(?:Needs|Excludes):|\bREQUIRED\b", rest)[0].strip()
    choices = re.search(r":\{(.*)\}", plain)
    value = re.sub(r":.*| x \d+$", "", plain)
    return Option(names.split(","), value, choices.group(1).split(",") if choices else [], rules_in_words(head), text)


def parse(name, printed):
    """A command from its help. Raises ValueError when the text does not have the form that is expected."""
    lines = printed.splitlines()
    if len(lines) < 2 or not lines[1].startswith("Usage: "):
        raise ValueError(f"the help of {name} does not begin with a description and a usage line")
    command = Command(name, lines[0], lines[1].removeprefix("Usage: "), {}, "")
    heading, body = None, {}
    rest = lines[2:]
    while rest:
        line = rest.pop(0)
        if re.match(r"\S.*:$", line) and rest and rest[0].startswith("  ") and not line.startswith("Example"):
            heading, body[line[:-1]] = line[:-1], []
        elif line.startswith("  ") and heading:
            body[heading].append(line)
        elif line:
            command.notes = "\n".join([line, *rest]).rstrip()
            break
    commands = entries(body.pop("Subcommands", []))
    command.commands = [Command(*pair, "", {}, "") for pair in commands]
    command.sections = {title: [parse_option(*pair) for pair in entries(part)] for title, part in body.items()}
    return command


def printed_help(program, *command):
    return subprocess.run([program, *command, "--help"], capture_output=True, text=True, check=True).stdout


def read_program(program):
    """The program with all its commands, as it describes itself."""
    listing = parse("thalweg", printed_help(program))
    listing.commands = [parse(command.name, printed_help(program, command.name)) for command in listing.commands]
    return listing
