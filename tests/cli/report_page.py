"""A page of `thalweg report` taken apart: elements, numbers with where they come from, figures, texts."""

import html.parser
import json
import re

VOID = {"meta", "link", "br", "img", "input", "hr"}
# What has no text for people, or numbers that are names: axes of figures, ordinals, the documents themselves.
SILENT = {"script", "style", "svg", "title"}


class Page(html.parser.HTMLParser):
    """Parses strictly: every element that is opened is closed, in order."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.problems = []
        self.stack = []
        self.elements = []  # (tag, attributes)
        self.values = []  # of <data>: (document, attributes, text)
        self.words = []  # of data-at that is no <data>: (document, attributes, text)
        self.loose = []  # text that comes from no document
        self.hovers = []  # texts of <title> inside figures
        self.scripts = []  # (attributes, text)
        self.styles = []
        self.texts = {}  # tag: texts
        self.feed(text)
        self.close()
        if self.stack:
            self.problems.append("never closed: %s" % [tag for tag, _, _ in self.stack])

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.elements.append((tag, attributes))
        if tag not in VOID:
            self.stack.append((tag, attributes, []))

    def handle_startendtag(self, tag, attributes):
        if not self.inside("svg"):
            self.problems.append("<%s/> outside of a figure" % tag)
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if not self.stack or self.stack[-1][0] != tag:
            self.problems.append("</%s> closes %s" % (tag, self.stack[-1][0] if self.stack else "nothing"))
            return
        _, attributes, texts = self.stack.pop()
        text = "".join(texts)
        self.texts.setdefault(tag, []).append(text)
        if self.stack:
            self.stack[-1][2].append(text)
        if tag == "data":
            self.values.append((self.document(), attributes, text))
        elif "data-at" in attributes:
            self.words.append((self.document(), attributes, text))
        elif tag == "script":
            self.scripts.append((attributes, text))
        elif tag == "style":
            self.styles.append(text)
        elif tag == "title" and self.inside("svg") and self.stack[-1][0] != "svg":
            self.hovers.append(text)

    def handle_data(self, text):
        if not self.stack:
            if text.strip():
                self.problems.append("text outside: %r" % text)
            return
        self.stack[-1][2].append(text)
        silent = any(tag in SILENT or tag == "data" or "data-at" in attributes
                     or "ordinal" in (attributes.get("class") or "").split() for tag, attributes, _ in self.stack)
        heading = any(tag == "h1" for tag, _, _ in self.stack)
        if not silent and not heading:
            self.loose.append(text)

    def inside(self, tag):
        return any(open_tag == tag for open_tag, _, _ in self.stack)

    def document(self):
        for _, attributes, _ in reversed(self.stack):
            if "data-document" in attributes:
                return int(attributes["data-document"])
        return None

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def documents(self):
        """The embedded documents, numbers as their digits."""
        return [load_digits(text) for attributes, text in self.scripts
                if attributes.get("type") == "application/json"]


class Digits(str):
    """The digits of a number in a document."""


def load_digits(text):
    return json.loads(text, parse_float=Digits, parse_int=Digits)


def resolve(document, pointer):
    """RFC 6901."""
    for token in pointer.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        document = document[int(token)] if isinstance(document, list) else document[token]
    return document


def all_digits(node):
    """Every number of a document, as written."""
    if isinstance(node, Digits):
        yield str(node)
    elif isinstance(node, list):
        for child in node:
            yield from all_digits(child)
    elif isinstance(node, dict):
        for child in node.values():
            yield from all_digits(child)


def shown_number(text):
    """The number of a shortened text: minus sign, narrow blanks, a power of ten."""
    text = text.replace("\u2212", "-").replace("\u202f", "")
    match = re.fullmatch(r"(-?[0-9.]+)(?:\u00d710(-?[0-9]+))?", text)
    return float(match.group(1) + ("e" + match.group(2) if match.group(2) else "")) if match else None
