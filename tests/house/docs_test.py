"""The documents hold together: every link of every page leads somewhere, every page can be reached, the site builds, asks for
nothing from outside, and its links hold too; tutorials are compared with what is printed.

    docs_test.py SOURCE WORK
"""

import html.parser
import pathlib
import shutil
import subprocess
import sys
import unittest
import urllib.parse

SOURCE, WORK = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
sys.path.insert(0, str(SOURCE / "tools/docs"))
import markdown_pages  # noqa: E402  (its folder is named on the command line)
import run_tutorial  # noqa: E402


def project(pages):
    """A project of these pages, path to text."""
    root = WORK / "project"
    shutil.rmtree(root, ignore_errors=True)
    for name, text in pages.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


class Links(unittest.TestCase):
    def test_every_link_leads_somewhere(self):
        self.assertEqual(markdown_pages.broken_links(SOURCE), [])

    def test_what_leads_nowhere_is_noticed(self):
        root = project({"docs/a.md": "# A\n[x](b.md) [x](missing.md)\n[x](b.md#two-words) [x](b.md#three) [x](#a) [x](#b)\n[x](../../../etc/passwd)\n",
                        "docs/b.md": "# B\n## Two `words`\n```\n[x](not-a-link.md)\n```\n`[x](code.md)`\n"})
        self.assertEqual([complaint.split(": ")[1] for complaint in markdown_pages.broken_links(root)],
                         ["missing.md", "b.md#three", "#b", "../../../etc/passwd"])

    def test_anchors_are_github_s(self):
        taken = set()
        self.assertEqual([markdown_pages.anchor(text, taken) for text in ("Keys", "Keys", "The file, and `--out`", "[Link](x.md) & more")],
                         ["keys", "keys-1", "the-file-and---out", "link--more"])

    def test_every_page_can_be_reached_from_the_index(self):
        seen, todo = set(), [SOURCE / "docs/index.md"]
        while todo:
            page = todo.pop()
            if page.is_dir():
                page /= "README.md"
            if page in seen or page.suffix != ".md" or not page.is_file():
                continue
            seen.add(page)
            todo += [(page.parent / target.partition("#")[0]).resolve() for _, target in markdown_pages.read_file(page).links]
        self.assertEqual([str(page) for page in markdown_pages.documents(SOURCE) if page not in seen], [])


class Reader(html.parser.HTMLParser):
    """Links, anchors and what a page loads."""

    def __init__(self):
        super().__init__()
        self.links, self.loads, self.anchors = [], [], set()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.anchors.add(attributes.get("id"))
        if tag == "a":
            self.links.append(attributes.get("href", ""))
        elif tag in ("img", "script", "link", "iframe", "source"):
            self.loads.append(attributes.get("src") or attributes.get("href") or "")


def read_html(path):
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader


@unittest.skipUnless(pathlib.Path("/usr/bin/python3").exists() and
                     subprocess.run(["/usr/bin/python3", "-c", "import markdown_it"], capture_output=True, check=False).returncode == 0,
                     "python3-markdown-it is not installed")
class Site(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = WORK / "site"
        done = subprocess.run([SOURCE / "tools/docs/build.sh", cls.site], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(done.stdout + done.stderr)
        own = [path for path in cls.site.rglob("*.html") if not path.is_relative_to(cls.site / "api")]
        cls.pages = {path: read_html(path) for path in own}

    def test_every_document_is_a_page(self):
        self.assertGreaterEqual(len(self.pages), len(markdown_pages.documents(SOURCE)))

    def test_nothing_comes_from_outside(self):
        loaded = {load for page in self.pages.values() for load in page.loads}
        self.assertEqual([load for load in loaded if ":" in load and not load.startswith("data:")], [])

    def test_links_and_pictures_hold(self):
        wrong = []
        for path, page in self.pages.items():
            for link in page.links + page.loads:
                parts = urllib.parse.urlsplit(link)
                if parts.scheme or not (parts.path or parts.fragment):
                    continue
                other = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path
                if not other.is_file() or (parts.fragment and other in self.pages and parts.fragment not in self.pages[other].anchors):
                    wrong.append(f"{path.relative_to(self.site)}: {link}")
        self.assertEqual(wrong, [])

    @unittest.skipUnless(shutil.which("doxygen"), "doxygen is not installed")
    def test_the_reference_has_the_library(self):
        self.assertIn("certify", (self.site / "api/namespacethalweg.html").read_text(encoding="utf-8"))
        self.assertTrue((self.site / "api/classthalweg_1_1TrainingProblem.html").is_file())


class Tutorials(unittest.TestCase):
    def test_output_that_agrees(self):
        for shown, printed in (("a 1.50\n", "a  1.50\n"), ("...\nend 2\n", "begin\nend 2\n"), ("a\n...\n", "a\nb\nc\n"),
                               ("gap 5.9e-09", "gap 5.88e-09"), ("x 3.5051222133435758", "x 3.5051222133435911"),
                               ("two words\non lines\n", "two\nwords on lines")):
            self.assertIsNone(run_tutorial.difference(shown, printed), (shown, printed))

    def test_output_that_does_not(self):
        for shown, printed in (("a 1.50\n", "a 1.52\n"), ("width 3", "width 4"), ("end\n", "begin\nend\n"), ("a\n", "a\nb\n"),
                               ("a\n...\nc\n", "a\nb\n"), ("...\nb\n...\na\n", "a\nb\n"), ("proved", "estimate"), ("a\n", "")):
            self.assertIsNotNone(run_tutorial.difference(shown, printed), (shown, printed))

    def test_a_page_runs_its_blocks_in_order(self):
        good = "```sh\n$ echo 3 \\\n  4\n3 4\n```\n```python\nx = 5\n```\n```python\nprint(x)\n```\n```text\n5\n```\n"
        self.assertIsNone(run_tutorial.run(markdown_pages.read(good)))
        for bad in (good.replace("\n5\n", "\n6\n"), good.replace("3 4", "3 5"), good.replace("print(x)", "print(y)"), "```sh\n$ false\n```\n"):
            self.assertIsNotNone(run_tutorial.run(markdown_pages.read(bad)), bad)


if __name__ == "__main__":
    WORK.mkdir(parents=True, exist_ok=True)
    unittest.main(argv=sys.argv[:1])
