"""What a Markdown page defines and refers to: headings with their anchors, links, blocks of code."""

import dataclasses
import pathlib
import re


@dataclasses.dataclass
class Fence:
    language: str
    text: str
    line: int  # of its first line of code


@dataclasses.dataclass
class Page:
    headings: list  # (level, text, anchor)
    links: list  # (line, target) of links and pictures
    fences: list


def anchor(text, taken):
    """The name that GitHub gives a heading: small letters, spaces as hyphens, other signs dropped; -1, -2 for repetitions."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("`", "")
    plain = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
    name, number = plain, 0
    while name in taken:
        number += 1
        name = f"{plain}-{number}"
    taken.add(name)
    return name


def read(text):
    page, taken, fence = Page([], [], []), set(), None
    for number, line in enumerate(text.splitlines(), 1):
        mark = re.match(r"\s*```\s*(\S*)", line)
        if fence is None and mark:
            fence = Fence(mark.group(1), "", number + 1)
        elif fence is not None and mark:
            page.fences.append(fence)
            fence = None
        elif fence is not None:
            fence.text += line + "\n"
        else:
            heading = re.match(r"(#{1,6}) +(.*?) *$", line)
            if heading:
                page.headings.append((len(heading.group(1)), heading.group(2), anchor(heading.group(2), taken)))
            plain = re.sub(r"`[^`]*`", "", line)
            page.links += [(number, target) for target in re.findall(r"\]\(([^)\s]+)\)", plain)]
    return page


def read_file(path):
    return read(pathlib.Path(path).read_text(encoding="utf-8"))


def documents(source):
    """The pages that readers get, in the order of their paths."""
    source = pathlib.Path(source)
    found = [source / "README.md", source / "CHANGELOG.md", *source.glob("docs/**/*.md"), *source.glob("examples/**/*.md")]
    return sorted(path for path in found if path.is_file())


def broken_links(source):
    """Every link within the project that leads nowhere, as 'page:line: target: why'."""
    source = pathlib.Path(source).resolve()
    complaints, pages = [], {path: read_file(path) for path in documents(source)}
    for path, page in pages.items():
        for line, target in page.links:
            if re.match(r"[a-z]+:", target):
                continue
            name, _, part = target.partition("#")
            other = (path.parent / name).resolve() if name else path
            where = f"{path.relative_to(source)}:{line}: {target}"
            if not other.exists() or not other.is_relative_to(source):
                complaints.append(f"{where}: there is no such file")
            elif part and other.suffix == ".md" and part not in {name for _, _, name in (pages.get(other) or read_file(other)).headings}:
                complaints.append(f"{where}: the page has no such heading")
    return complaints
