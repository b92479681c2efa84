"""Command-line tests of report: the page is well-formed and self-contained, every number in it is one of the documents'
with their digits, and names cannot break out."""

import json
import os
import re
import subprocess
import unittest

from cli_case import BINARY, SOURCE, write_npz
from report_case import RUNS, ReportCase, document
from report_page import Page, all_digits, load_digits, resolve, shown_number


class Numbers(ReportCase):
    def check_numbers(self, page, texts):
        """Every number is the document's at its pointer, every word too, and there are no others."""
        documents = [load_digits(text) for text in texts]
        self.assertEqual(page.documents(), documents)
        self.assertGreater(len(page.values), 3)
        for k, attributes, text in page.values:
            if "data-count" in attributes:
                found = resolve(documents[k], attributes["data-count"])
                self.assertEqual((attributes["value"], text), (str(len(found)),) * 2)
                continue
            digits = resolve(documents[k], attributes["data-at"])
            self.assertEqual(attributes["value"], digits, attributes)
            if "title" not in attributes:
                self.assertEqual(text, digits)
                continue
            self.assertEqual(attributes["title"], digits)
            exact, shown = float(digits), shown_number(text)
            self.assertIsNotNone(shown, text)
            self.assertLessEqual(abs(shown - exact), 0.01 * abs(exact), (text, digits))
        for k, attributes, text in page.words:
            found = resolve(documents[k], attributes["data-at"])
            if isinstance(found, bool):
                found = "yes" if found else "no"
            if "title" in attributes:
                self.assertEqual(attributes["title"], found)
                self.assertTrue(text.endswith("\u2026") and found.startswith(text[:-1]), text)
            else:
                self.assertEqual(text, found)
        for text in page.loose:
            self.assertNotRegex(text, "[0-9]")

    def check_hovers(self, page, texts):
        """Numbers that figures tell where a pointer rests: digits of the document, or whole numbers (samples, widths)."""
        known = {digits for text in texts for digits in all_digits(load_digits(text))}
        for text in page.hovers:
            for number in re.findall(r"-?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?", text):
                self.assertTrue(number in known or number.isdigit(), (number, text))

    def test_of_every_command_and_variant(self):
        for name in RUNS:
            with self.subTest(name):
                page, _ = self.page(document(name))
                self.check_numbers(page, [document(name)])
                self.check_hovers(page, [document(name)])

    def test_short_numbers_in_figures_tell_all_digits(self):
        page, _ = self.page(document("path"))
        path = load_digits(document("path"))
        self.assertIn(path["baselines"]["straight_line"]["barrier"], page.hovers)
        self.assertIn(path["lower_bound"], page.hovers)

    def test_of_several_documents(self):
        texts = [document(name) for name in ("narrow", "certify", "optimal-set", "width")]
        page, _ = self.page(*texts)
        self.check_numbers(page, texts)

    def test_digits_that_other_writers_would_change(self):
        """A foreign writer's 1e-05 and 0.10 stay as they are."""
        text = re.sub(r'"gap": [-0-9.e]+', '"gap": 1.50E-007', document("certify"), count=1)
        text = re.sub(r'"objective": [0-9][-0-9.e]+', '"objective": 3.50000000000000000000010', text)
        page, _ = self.page(text)
        self.check_numbers(page, [text])
        self.assertIn("1.50E-007", [shown for _, _, shown in page.values])
        self.assertIn("3.50000000000000000000010", [shown for _, _, shown in page.values])

    def test_the_check_notices_a_wrong_number(self):
        page, _ = self.page(document("certify"))
        k, attributes, text = page.values[0]
        page.values[0] = (k, {**attributes, "value": attributes["value"] + "1"}, text)
        with self.assertRaises(AssertionError):
            self.check_numbers(page, [document("certify")])

    def test_gaps_are_rounded_up(self):
        page, _ = self.page(document("certify"))
        gaps = [(float(attributes["value"]), shown_number(text)) for _, attributes, text in page.values
                if attributes.get("data-at") == "/relative_gap" and "title" in attributes]
        self.assertGreater(len(gaps), 0)
        for exact, shown in gaps:
            self.assertGreaterEqual(shown, exact)


class Verdicts(ReportCase):
    def summary(self, name):
        page, text = self.page(document(name))
        start = text.index('<ul class="verdicts">')
        return re.sub("<[^>]+>", "", text[start:text.index("</ul>", start)])

    def test_say_what_the_document_says(self):
        for name, words in {
            "certify": "This network cannot be improved",
            "narrow": "This network can be improved",
            "train": "The best possible network was found",
            "check": "The certificate holds",
            "simplify": "Fewer neurons do the same",
            "stationary": "Not a stationary point",
            "arrangement": "Neurons can have exactly 76 activation patterns",
            "sample": "20 activation patterns were drawn",
            "optimal-set": "Infinitely many networks are optimal",
            "width": "An optimal network needs at least 13 neurons",
            "path": "There is a way down",
            "blocked": "The way down is blocked",
        }.items():
            with self.subTest(name):
                self.assertIn(words, self.summary(name))

    def test_only_proofs_are_called_proved(self):
        hedge = "As far as floating-point arithmetic can tell"
        self.assertIn("and that is proved", self.summary("certify"))
        self.assertNotIn(hedge, self.summary("certify"))
        self.assertNotIn("is proved", self.summary("no-verify"))
        self.assertIn(hedge, self.summary("no-verify"))
        self.assertIn(hedge, self.summary("outputs"))

    def test_a_wide_tolerance_makes_no_optimum(self):
        """What counts as a global minimum is the user's to say; the page's words follow the gap."""
        narrow = json.loads(document("narrow"))
        self.assertGreater(narrow["relative_gap"], 1e-3)
        _, text = self.page(json.dumps({**narrow, "verdict": "global_minimum"}))
        self.assertIn("as good as was asked for", text)
        self.assertNotIn("cannot be improved", text)

    def test_no_answer_in_time_is_no_negative_answer(self):
        blocked = json.loads(document("blocked"))
        _, text = self.page(json.dumps({**blocked, "stopped_at_limit": True}))
        self.assertIn("No way down was found in time", text)
        self.assertNotIn("The way down is blocked", text)

    def test_the_least_rise_is_told(self):
        """The status of a path passes over rises below a rounding; the sentence does not."""
        down = json.loads(document("path"))
        self.assertIn("without rising", self.page(json.dumps({**down, "max_increase": 0}))[1])
        _, text = self.page(json.dumps({**down, "max_increase": 2.3154066403791454e-18}))
        self.assertNotIn("without rising", text)
        self.assertIn('data value="2.3154066403791454e-18"', text)
        joined = {**down, "inputs": {**down["inputs"], "to": down["inputs"]["network"]}}
        self.assertIn("nowhere above the higher", self.page(json.dumps({**joined, "maximum": down["start_objective"]}))[1])
        self.assertNotIn("nowhere above the higher", self.page(json.dumps({**joined, "maximum": 9.5}))[1])

    def test_a_rejected_certificate(self):
        changed = json.loads(document("check"))
        changed.update(verified=False, reason="the proof has a hole")
        page, text = self.page(json.dumps(changed))
        self.assertIn("The certificate is rejected.", text)
        self.assertNotIn("The certificate holds", text)

    def test_figures(self):
        for name, figures in {"certify": 1, "narrow": 2, "arrangement": 1, "optimal-set": 2, "predictions": 2, "width": 1,
                              "path": 1, "blocked": 0, "regularization": 1, "info": 0}.items():
            with self.subTest(name):
                page, text = self.page(document(name))
                self.assertEqual(len(page.all("figure")), figures)
                self.assertEqual(text.count("<svg"), figures)
        self.assertIn("--curves", self.page(document("blocked"))[1])
        self.assertIn("--predict", self.page(document("optimal-set"))[1])


class Form(ReportCase):
    def test_landmarks_headings_tables_and_figures(self):
        page, _ = self.page(document("certify"), document("optimal-set"), document("path"))
        self.assertEqual(page.elements[0][0], "html")
        self.assertEqual(page.all("html"), [{"lang": "en"}])
        for tag in ("header", "main", "footer", "h1"):
            self.assertEqual(len(page.all(tag)), 1, tag)
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        self.assertTrue(all(after <= before + 1 for before, after in zip(levels, levels[1:])), levels)
        self.assertEqual(len(page.all("caption")), len(page.all("table")))
        self.assertTrue(all("scope" in attributes for attributes in page.all("th")))
        identities = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        self.assertEqual(len(identities), len(set(identities)))
        references = [target for _, attributes in page.elements for name in ("aria-labelledby", "aria-describedby")
                      for target in attributes.get(name, "").split()]
        references += [attributes["href"][1:] for attributes in page.all("a") if attributes.get("href", "").startswith("#")]
        self.assertGreater(len(references), 8)
        self.assertLessEqual(set(references), set(identities))
        for attributes in page.all("svg"):
            self.assertEqual(attributes["role"], "img")
            self.assertLessEqual({"aria-labelledby", "aria-describedby"}, set(attributes))
        self.assertEqual(len(page.texts["desc"]), len(page.all("svg")))
        self.assertTrue(all(text.strip() for text in page.texts["desc"]))
        self.assertFalse([attributes for _, attributes in page.elements if "tabindex" in attributes])

    def test_needs_no_network(self):
        page, text = self.page(*[document(name) for name in RUNS])
        allowed = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml", "http://www.w3.org/1999/xlink"}
        outside = set(re.findall(r"[a-zA-Z]+://[^\s\"'<>)\\]*", re.sub(r"<script type=.application/json.*?</script>", "", text,
                                                                      flags=re.DOTALL)))
        self.assertLessEqual(outside, allowed)
        for _, attributes in page.elements:
            for name in ("src", "href", "action", "srcset", "data", "poster"):
                self.assertRegex(attributes.get(name) or "#", "^(#|data:,$)")
        for style in page.styles:
            self.assertNotRegex(style, r"url\(|@import")
        policy = [attributes for attributes in page.all("meta") if "http-equiv" in attributes]
        self.assertIn("default-src 'none'", policy[0]["content"])

    def test_shipped_example(self):
        subprocess.run([os.path.join(SOURCE, "examples/report/make.sh"), BINARY, self.path("example")], check=True,
                       capture_output=True, timeout=300)
        with open(self.path("example/report.html"), encoding="utf-8") as stream:
            text = stream.read()
        self.assertEqual(Page(text).problems, [])
        self.assertLess(len(text.encode()), 500_000)
        self.assertGreaterEqual(text.count("<figure"), 9)

    def test_is_the_same_for_the_same_documents(self):
        _, first = self.page(document("width"), options=["--title", "A"])
        _, second = self.page(document("width"), options=["--title", "A"])
        self.assertEqual(first, second)


class Escapes(ReportCase):
    EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>&amp;\"'`"

    def test_file_names_and_titles(self):
        name = "<img src=x onerror=alert(1)>&\"'.npz"
        write_npz(self.path(name), X=[[1.0, 2.0], [2.0, 1.0]], y=[1.0, 0.0])
        write_npz(self.path("network.npz"), W=[[0.5, 0.5]], alpha=[0.5])
        text = self.thalweg("certify", "--dataset", name, "--network", "network.npz", "--beta", "0.1", "--json").stdout
        result = "<b>&'.json"
        self.write(text, result)
        self.thalweg("report", result, "--out", "page.html", "--title", self.EVIL)
        with open(self.path("page.html"), encoding="utf-8") as stream:
            page = Page(stream.read())
        self.assertEqual(page.problems, [])
        self.assertEqual(page.all("img"), [])
        self.assertIn(name, [text for _, _, text in page.words])
        self.assertEqual(page.texts["h1"], [self.EVIL])
        self.assertEqual(page.documents(), [load_digits(text)])

    def test_every_string_of_a_document(self):
        def poisoned(node):
            if isinstance(node, dict):
                return {key: poisoned(child) for key, child in node.items()}
            if isinstance(node, list):
                return [poisoned(child) for child in node]
            return self.EVIL if isinstance(node, str) and node not in KEEP else node

        clean, _ = self.page(document("certify"))
        for name in RUNS:
            with self.subTest(name):
                original = json.loads(document(name))
                KEEP = {original["command"], "global_minimum", "suboptimal", "verified", "estimate", "value", "restricted",
                        "exact", "certified bound", "possible", "connected", "blocked", "yes", "no", "undecided", "unknown",
                        "none (proved)", "spurious", "open"}
                changed = poisoned(original)
                changed[self.EVIL] = {self.EVIL: 1}
                page, text = self.page(json.dumps(changed))
                self.assertEqual(len(page.scripts), len(clean.scripts))
                self.assertEqual(page.all("img"), [])
                self.assertEqual(page.documents(), [load_digits(json.dumps(changed))])
                self.assertNotIn("<script>alert", text)


class Command(ReportCase):
    def test_its_own_document(self):
        self.write(document("certify"), "a.json")
        self.write(document("width"), "b.json")
        answer = self.answer("report", "a.json", "b.json", "--out", "page.html", "--title", "Two")
        self.assertEqual(answer["commands"], ["certify", "width"])
        self.assertEqual(answer["bytes"], os.path.getsize(self.path("page.html")))
        self.assertEqual(answer["settings"]["title"], "Two")

    def test_example_of_help(self):
        help_text = self.thalweg("report", "--help").stdout
        os.symlink(os.path.join(SOURCE, "examples"), self.path("examples"))
        script = 'thalweg() { "%s" "$@"; }\n' % BINARY + help_text[help_text.index("Example:\n") + len("Example:\n"):]
        subprocess.run(["bash", "-e", "-c", script], cwd=self.folder, check=True, capture_output=True, timeout=60)
        self.assertTrue(os.path.exists(self.path("report.html")))

    def test_curves_of_paths(self):
        """The highest sample is the maximum that the document names; no sample is above the proved one."""
        path = json.loads(document("path"))
        line = path["baselines"]["straight_line"]
        self.assertEqual(max(line["objectives"]), line["maximum"])
        self.assertEqual((line["t"][0], line["t"][-1]), (0, 1))
        self.assertEqual(len(line["t"]), len(line["objectives"]))
        curve = path["curve"]
        self.assertEqual(len({len(curve[key]) for key in ("position", "length", "objective")}), 1)
        self.assertLessEqual(max(curve["objective"]), path["maximum"] * (1 + 1e-12))
        self.assertEqual(curve["position"][-1], path["segments"])
        self.assertIsNone(json.loads(document("blocked"))["curve"])

    def test_samples_of_arrangements(self):
        """Where a page draws the cells, the document holds X, the column of ones last."""
        found = json.loads(document("arrangement"))
        self.assertEqual([len(row) for row in found["X"]], [found["d"]] * found["n"])
        self.assertEqual({row[-1] for row in found["X"]}, {1})
        self.assertIsNone(json.loads(document("count"))["X"])


if __name__ == "__main__":
    unittest.main()
