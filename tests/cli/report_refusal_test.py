"""Command-line tests of report: what is no document of thalweg is refused by file, key, what was expected and found."""

import copy
import json
import os
import random
import subprocess
import unittest

from cli_case import BINARY
from report_case import RUNS, ReportCase, document
from report_page import Page


class Refusals(ReportCase):
    def test_what_is_no_document(self):
        self.refused("", "JSON")
        self.refused("{", "JSON")
        self.refused(document("certify")[:-5], "JSON")
        self.refused(document("certify") + "{}", "JSON")
        self.refused("[1, 2]", "expected the JSON document of a thalweg command", "an array")
        self.refused('{"a": 1}', "schema_version", "nothing")
        self.refused('{"schema_version": 1, "command": "certify", "gap": NaN}', "JSON")
        self.refused('{"schema_version": 1, "command": "certify", "gap": 1e999}', "number overflow")
        self.refused('{"schema_version": 1, "schema_version": 1}', "schema_version", "twice")
        self.refused("[" * 1000, "inside each other")
        self.refused("\udcff".encode("utf-8", "surrogateescape").decode("latin-1").join(['"', '"']), "an")

    def test_foreign_versions_and_commands(self):
        original = json.loads(document("certify"))
        for version in (2, 0, "1", None, 1.5, True):
            self.refused(json.dumps({**original, "schema_version": version}), "schema_version", "expected the number 1")
        for command in ("report", "", "certify|train", None, 3):
            self.refused(json.dumps({**original, "command": command}), "command", "certify, train")
        self.page(json.dumps({**original, "a key of tomorrow": {"x": [1, {"y": None}]}}))

    def test_missing_keys_and_wrong_types(self):
        required = {"certify": ["verdict", "objective", "lower_bound", "gap", "relative_gap", "level", "inputs", "settings",
                                "version", "seconds"],
                    "optimal-set": ["optimum", "atoms", "level"], "width": ["m_star", "components_by_width"],
                    "path": ["status", "start_objective", "segments"], "regularization": ["betas", "objectives", "events"],
                    "arrangement": ["cells", "complete", "n"], "check": ["verified", "reason"],
                    "simplify": ["width_before", "exact"], "stationary": ["clarke", "level"], "info": ["n"],
                    "train": ["status", "lower_bound"]}
        for name, keys in required.items():
            original = json.loads(document(name))
            for key in keys:
                with self.subTest(name=name, key=key):
                    without = {other: value for other, value in original.items() if other != key}
                    self.refused(json.dumps(without), "key '%s'" % key, "expected", "found nothing")
                    wrong = [] if not isinstance(original[key], list) else "list"
                    self.refused(json.dumps({**original, key: wrong}), "key '%s'" % key, "expected", "found")
        self.refused(json.dumps({**json.loads(document("certify")), "verdict": "excellent"}), "verdict",
                     "global_minimum, suboptimal or undecided", "'excellent'")

    def test_inner_keys(self):
        for name, change, words in (
                ("certify", lambda d: d["inputs"]["dataset"].pop("path"), "inputs.dataset.path"),
                ("optimal-set", lambda d: d["atoms"][3]["u"].__setitem__(0, "x") or d["atoms"].__setitem__(2, 7), "atoms[2]"),
                ("predictions", lambda d: d["prediction_range"][4].__setitem__(1, None), "prediction_range[4][1]"),
                ("predictions", lambda d: d["prediction_centre"].pop(), "prediction_centre"),
                ("width", lambda d: d["spurious_valleys"]["2"].__setitem__("evidence", "maybe"), "spurious_valleys.2.evidence"),
                ("regularization", lambda d: d["objectives"].pop(), "objectives"),
                ("arrangement", lambda d: d["X"][0].__setitem__(0, "1"), "X[0][0]"),
                ("path", lambda d: d["curve"]["objective"].__setitem__(0, None), "curve.objective[0]")):
            with self.subTest(name=name, words=words):
                changed = json.loads(document(name))
                change(changed)
                self.refused(json.dumps(changed), "key '%s'" % words, "expected", "found")

    def test_files(self):
        self.write(document("certify"), "result.json")
        self.thalweg("report", "missing.json", "--out", "page.html", expect=3)
        self.thalweg("report", "result.json", "--out", "no/such/page.html", expect=3)
        self.thalweg("report", "result.json", "--out", "result.json", expect=2)
        self.thalweg("report", "result.json", expect=2)
        self.thalweg("report", "--out", "page.html", expect=2)
        with open(self.path("result.json"), encoding="utf-8") as stream:
            self.assertEqual(stream.read(), document("certify"))
        self.write("{", "broken.json")
        self.write("an earlier page", "page.html")
        self.thalweg("report", "result.json", "broken.json", "--out", "page.html", expect=2)
        with open(self.path("page.html"), encoding="utf-8") as stream:
            self.assertEqual(stream.read(), "an earlier page")
        self.thalweg("report", "result.json", "--out", "page.html")
        self.assertEqual(sorted(os.listdir(self.folder)), ["broken.json", "page.html", "result.json"])

    def test_no_change_of_a_document_breaks_the_program(self):
        """Values replaced at random: a page or a refusal, never a crash, and pages stay well-formed."""
        draw = random.Random(11)
        values = [None, True, 0, -1, 1e300, -5e-324, 3, 10 ** 15, "", "x", [], {}, [[1]], ["a"], {"a": 1}]

        def places(node, at=()):
            children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
            for key, child in children:
                yield (*at, key)
                yield from places(child, (*at, key))

        accepted = 0
        for name in RUNS:
            original = json.loads(document(name))
            where = list(places(original))
            for _ in range(8):
                changed = copy.deepcopy(original)
                for place in draw.sample(where, draw.choice([1, 1, 3])):
                    node = changed
                    try:
                        for key in place[:-1]:
                            node = node[key]
                        node[place[-1]] = draw.choice(values)
                    except (KeyError, IndexError, TypeError):
                        continue  # an earlier change removed it
                self.write(json.dumps(changed), "changed.json")
                done = subprocess.run([BINARY, "report", "changed.json", "--out", "page.html"], cwd=self.folder,
                                      capture_output=True, text=True, timeout=60)
                self.assertIn(done.returncode, (0, 2), (name, changed, done.stderr))
                if done.returncode == 0:
                    accepted += 1
                    with open(self.path("page.html"), encoding="utf-8") as stream:
                        self.assertEqual(Page(stream.read()).problems, [])
        self.assertGreater(accepted, 20)


if __name__ == "__main__":
    unittest.main()
