"""What the tests of report share: documents of all commands, pages made of them."""

import os
import subprocess
import tempfile

from cli_case import BINARY, SOURCE, CliCase, gaussian_problem, npy_bytes
from report_page import Page

IRIS = os.path.join(SOURCE, "examples/iris")
ARCHITECTURES = os.path.join(SOURCE, "examples/architectures")
PETAL = ["--dataset", os.path.join(SOURCE, "examples/optimal-set/petal.csv"), "--target-column", "petal_width",
         "--beta", "0.01"]
WIDE = ["--dataset", IRIS + "/iris.npz", "--network", IRIS + "/wide.npz", "--torch-weight-decay", "0.02",
        "--torch-loss", "mse-mean"]
RUNS = {
    "certify": ["certify", *WIDE, "--certificate", "wide.cert"],
    "narrow": ["certify", *WIDE[:2], "--network", IRIS + "/narrow.npz", *WIDE[4:]],
    "no-verify": ["certify", *WIDE, "--no-verify"],
    "train": ["train", "--dataset", IRIS + "/iris.npz", "--beta", "1.5", "--bias"],
    "low-rank": ["train", "--dataset", IRIS + "/iris.npz", "--beta", "1.5", "--bias", "--rank", "2"],
    "gated": ["train", "--dataset", IRIS + "/iris.npz", "--beta", "1.5", "--patterns", "gated", "--sample-patterns", "20"],
    "info": ["info", "--dataset", IRIS + "/small.npz", "--bias"],
    "simplify": ["simplify", *WIDE, "--out", "smaller.npz"],
    "stationary": ["stationary", *WIDE],
    "arrangement": ["arrangement", "--dataset", os.path.join(SOURCE, "examples/arrangement/points.npz"), "--bias"],
    "count": ["arrangement", "--dataset", IRIS + "/iris.npz", "--count"],
    "sample": ["arrangement", "--dataset", IRIS + "/iris.npz", "--sample", "20"],
    "regularization": ["path-regularization", "--dataset", IRIS + "/small.npz", "--bias", "--beta-ratio", "1e-2"],
    "optimal-set": ["optimal-set", *PETAL, "--bias", "--standardize"],
    "predictions": ["optimal-set", "--dataset", os.path.join(SOURCE, "examples/optimal-set/symmetric.csv"),
                    "--target-column", "y", "--bias", "--beta", "0.1", "--predict",
                    os.path.join(SOURCE, "examples/optimal-set/line.csv")],
    "width": ["width", *PETAL, "--bias", "--standardize", "--search", "2-3"],
    "path": ["path", *PETAL, "--network", os.path.join(SOURCE, "examples/path/stuck.npz"), "--widen", "3", "--curves"],
    "blocked": ["path", *PETAL, "--network", os.path.join(SOURCE, "examples/path/stuck.npz")],
    "convolution": ["train", "--dataset", ARCHITECTURES + "/signals.npz", "--architecture", ARCHITECTURES + "/cnn.json",
                    "--beta", "0.5"],
    "polynomial": ["train", "--dataset", ARCHITECTURES + "/short.npz", "--architecture",
                   ARCHITECTURES + "/polynomial.json", "--beta", "0.5"],
    "outputs": ["train", "--data", "X.npy", "--targets", "Y.npy", "--beta", "0.5"],
    "check": ["check", "wide.cert"],
}
DOCUMENTS = {}


FOLDER = tempfile.TemporaryDirectory()


def document(name):
    """What a command prints, computed once."""
    if name not in DOCUMENTS:
        if name == "check":
            document("certify")
        if name == "outputs":
            X, y = gaussian_problem(8, 2, 5)
            for file, values in {"X.npy": X, "Y.npy": [[value, -1.0] for value in y]}.items():
                with open(os.path.join(FOLDER.name, file), "wb") as stream:
                    stream.write(npy_bytes(values))
        done = subprocess.run([BINARY, *RUNS[name], "--json", "-q"], capture_output=True, text=True, timeout=300,
                              cwd=FOLDER.name)
        assert done.returncode == 0, (name, done.stderr)
        DOCUMENTS[name] = done.stdout
    return DOCUMENTS[name]


class ReportCase(CliCase):
    def write(self, text, name="result.json"):
        with open(self.path(name), "w", encoding="utf-8") as stream:
            stream.write(text)
        return name

    def page(self, *texts, options=()):
        """The page about documents, parsed, and its text."""
        names = [self.write(text, "result%d.json" % k) for k, text in enumerate(texts)]
        self.thalweg("report", *names, "--out", "page.html", *options)
        with open(self.path("page.html"), encoding="utf-8") as stream:
            text = stream.read()
        page = Page(text)
        self.assertEqual(page.problems, [])
        return page, text

    def refused(self, text, *words):
        """The document is refused with exit code 2, and the message names the file and these words."""
        done = self.thalweg("report", self.write(text, "refused.json"), "--out", "page.html", expect=2)
        self.assertEqual(done.stdout, "")
        for word in ("refused.json", *words):
            self.assertIn(word, done.stderr)
        self.assertFalse(os.path.exists(self.path("page.html")))
        return done.stderr
