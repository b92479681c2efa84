"""The project's pages as a static site that needs no network: every Markdown page beside its source's place, with the
navigation that docs/index.md lists.

    make_site.py SOURCE SITE

Pages keep their paths (docs/paths.md becomes docs/paths.html), so that links between them and to pictures and examples hold.
"""

import html
import os
import pathlib
import re
import shutil
import sys

import markdown_it

import markdown_pages

HERE = pathlib.Path(__file__).parent


class Site:
    def __init__(self, source, site):
        self.source, self.site = pathlib.Path(source).resolve(), pathlib.Path(site).resolve()
        self.pages = markdown_pages.documents(self.source)
        self.index = self.source / "docs/index.md"
        self.renderer = markdown_it.MarkdownIt("commonmark").enable("table")
        self.has_reference = (self.site / "api/index.html").exists()  # Doxygen's; it stands for the headers
        self.wanted = set()  # files other than pages that are linked to

    def html_name(self, path):
        """A folder's README is what the folder shows; that of the project is a page like others."""
        folder = path.name == "README.md" and path.parent != self.source
        return path.with_name("index.html" if folder else path.stem + ".html")

    def target(self, page, link):
        """Where a link of a page leads within the site."""
        if re.match(r"[a-z]+:|#", link):
            return link
        name, sharp, part = link.partition("#")
        other = (page.parent / name).resolve()
        if other == self.source / "include/thalweg" and self.has_reference:
            return os.path.relpath(self.source / "api/index.html", page.parent)
        if other.is_dir() and (other / "README.md").exists():
            other /= "README.md"
        if other in self.pages:
            other = self.html_name(other)
        else:
            self.wanted.add(other)
            if other.is_dir():
                other /= "index.html"
        return os.path.relpath(other, page.parent) + sharp + part

    def body(self, page):
        tokens = self.renderer.parse(page.read_text(encoding="utf-8"))
        anchors = [anchor for _, _, anchor in markdown_pages.read_file(page).headings]
        for token in tokens:
            if token.type == "heading_open":
                token.attrSet("id", anchors.pop(0))
            for child in token.children or []:
                for kind, name in (("link_open", "href"), ("image", "src")):
                    if child.type == kind:
                        child.attrSet(name, self.target(page, child.attrGet(name)))
        text = self.renderer.renderer.render(tokens, self.renderer.options, {})
        # A wide table scrolls by itself, also by keyboard.
        text = text.replace("<table>", '<div class="wide" tabindex="0"><table>').replace("</table>", "</table></div>")
        return text.replace("<pre>", '<pre tabindex="0">')

    def navigation(self, page):
        """The lists of docs/index.md, seen from a page."""
        lines = []
        for heading, entries in self.sections():
            items = []
            for text, link in entries:
                other = (self.index.parent / link).resolve()
                here = ' aria-current="page"' if other == page else ""
                away = re.match(r"[a-z]+:", link)
                goal = link if away else self.target(page, os.path.relpath(other, page.parent))
                items.append(f'<li><a href="{html.escape(goal)}"{here}>{html.escape(text)}</a></li>')
            lines.append(f"<h2>{html.escape(heading)}</h2><ul>{''.join(items)}</ul>")
        return "\n".join(lines)

    def sections(self):
        found = []
        for line in self.index.read_text(encoding="utf-8").splitlines():
            if line.startswith("## "):
                found.append((line[3:], []))
            entry = re.match(r"- \[([^\]]+)\]\(([^)#]+)\)", line)
            if entry:
                found[-1][1].append(entry.groups())
        return found

    def write(self, page):
        title = markdown_pages.read_file(page).headings[0][1].replace("`", "")
        up = os.path.relpath(self.source, page.parent)
        text = (HERE / "page.html").read_text(encoding="utf-8")
        for name, value in (("title", html.escape(title)), ("root", up), ("navigation", self.navigation(page)),
                            ("body", self.body(page))):
            text = text.replace("{{" + name + "}}", value)
        place = self.site / self.html_name(page).relative_to(self.source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    def copy(self, path):
        """A file or folder that a page links to; a folder gets a page that lists it."""
        place = self.site / path.relative_to(self.source)
        if path.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
            return
        shutil.copytree(path, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        files = sorted(str(file.relative_to(place)) for file in place.rglob("*") if file.is_file())
        items = "".join(f'<li><a href="{html.escape(name)}">{html.escape(name)}</a></li>' for name in files if name != "index.html")
        name = html.escape(str(path.relative_to(self.source)))
        (place / "index.html").write_text(f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title><h1>{name}</h1><ul>{items}</ul></html>\n',
                                          encoding="utf-8")

    def build(self):
        for page in self.pages:
            self.write(page)
        for path in sorted(self.wanted):
            self.copy(path)
        shutil.copyfile(HERE / "site.css", self.site / "site.css")
        (self.site / "index.html").write_text('<!doctype html><html lang="en"><meta charset="utf-8"><title>Thalweg</title>'
                                              '<meta http-equiv="refresh" content="0; url=docs/index.html">'
                                              '<a href="docs/index.html">Thalweg</a></html>\n', encoding="utf-8")


if __name__ == "__main__":
    Site(*sys.argv[1:3]).build()
