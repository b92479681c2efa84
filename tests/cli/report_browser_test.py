"""Tests of pages in headless Chromium: no message on the console, figures there with and without JavaScript, values at
the pointer, magnifying, saving, printing. Skipped where Chromium is not installed."""

import json
import os
import re
import shutil
import subprocess
import unittest

from report_case import ReportCase, document

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

# Headless Chromium in virtual time draws no frames, for which the library waits.
FRAMES = "<script>window.requestAnimationFrame = (act) => setTimeout(act, 16);</script>"

# Runs in the page after its own script and leaves what it saw in the document.
VISIT = """
<script>
addEventListener('load', () => {
  const seen = {};
  const figure = document.querySelector('figure');
  const hit = document.querySelector('.hit');
  hit.dispatchEvent(new PointerEvent('pointerover', {bubbles: true}));
  seen.tip = document.querySelector('.tip').hidden ? null : document.querySelector('.tip').textContent;
  document.body.dispatchEvent(new PointerEvent('pointerover', {bubbles: true}));
  seen.gone = document.querySelector('.tip').hidden;
  const svg = figure.querySelector('.view > svg');
  const view = figure.querySelector('.view');
  const scale = () => new DOMMatrix(getComputedStyle(svg).transform).a;
  const buttons = [...figure.querySelectorAll('.controls button')];
  seen.buttons = buttons.map((button) => button.getAttribute('aria-label'));
  const wait = () => new Promise((done) => setTimeout(done, 300));
  (async () => {
    if (buttons.length > 0) {
      await wait();
      seen.before = scale();
      buttons[0].click();
      await wait();
      seen.magnified = scale();
      const left = new DOMMatrix(getComputedStyle(svg).transform).e;
      view.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true, cancelable: true}));
      await wait();
      seen.moved = new DOMMatrix(getComputedStyle(svg).transform).e - left;
      buttons[2].click();
      await wait();
      seen.reset = scale();
      view.dispatchEvent(new WheelEvent('wheel', {deltaY: -100, bubbles: true, cancelable: true}));
      await wait();
      seen.wheel = scale();
      view.dispatchEvent(new WheelEvent('wheel', {deltaY: -100, ctrlKey: true, bubbles: true, cancelable: true}));
      await wait();
      seen.ctrlWheel = scale();
    }
    const link = document.querySelector('.save a');
    seen.name = link.download;
    seen.saved = await (await new Promise((done) => {
      const request = new XMLHttpRequest();
      request.open('GET', link.href);
      request.onload = () => done(request);
      request.onerror = () => done(null);
      request.send();
    }))?.responseText ?? null;
    document.body.dataset.seen = JSON.stringify(seen);
  })();
});
</script>
"""


@unittest.skipUnless(CHROMIUM, "chromium is not installed (tools/setup.sh installs it)")
class Browser(ReportCase):
    def chromium(self, *arguments, name="page.html"):
        command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                   "--user-data-dir=" + self.path("profile"), "--enable-logging=stderr", "--window-size=1100,900",
                   "--virtual-time-budget=8000", *arguments, "file://" + self.path(name)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]

    def quiet(self, *arguments, **more):
        """What Chromium prints, and nothing is said on the console."""
        printed, said = self.chromium(*arguments, **more)
        self.assertEqual(said, [])
        return printed

    def visit(self, text):
        """What VISIT saw in a page; its request to the saved document is allowed for that."""
        text = text.replace("default-src 'none';", "default-src 'none'; connect-src blob:;")
        text = text.replace("<body>", "<body>" + FRAMES)
        self.write(text.replace("</body>", VISIT + "</body>"), "visited.html")
        found = re.search('data-seen="([^"]*)"', self.quiet("--dump-dom", "--force-prefers-reduced-motion", name="visited.html"))
        self.assertIsNotNone(found)
        return json.loads(found.group(1).replace("&quot;", '"').replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))

    def test_shows_figures_without_a_message(self):
        _, text = self.page(*[document(name) for name in ("certify", "optimal-set", "path", "arrangement", "width")])
        dom = self.quiet("--dump-dom")
        self.assertEqual(dom.count("<figure"), text.count("<figure"))
        self.assertEqual(dom.count("<svg"), text.count("<svg"))

    def test_the_console_is_watched(self):
        """The same check fails on a page with an error: it is not blind."""
        _, text = self.page(document("certify"))
        self.write(text.replace("</body>", "<script>noSuchFunction()</script></body>"), "page.html")
        _, said = self.chromium("--dump-dom")
        self.assertEqual(len(said), 1)
        self.assertIn("noSuchFunction", said[0])

    def test_pointer_magnifying_and_saving(self):
        text = self.page(document("certify"))[1]
        seen = self.visit(text)
        self.assertEqual(seen["tip"], re.search(r'"relative_gap": ([^,\s]+)', document("certify")).group(1))
        self.assertTrue(seen["gone"])
        self.assertEqual(seen["name"], "result0.json")
        self.assertEqual(json.loads(seen["saved"]), json.loads(document("certify")))
        if "Licence of the library that magnifies" not in text:
            self.assertEqual(seen["buttons"], [])
            self.skipTest("this build has no library that magnifies: run `npm ci` in src/report/web and configure again")
        self.assertEqual(seen["buttons"], ["Magnify Figure 1", "Shrink Figure 1", "Reset Figure 1"])
        self.assertEqual(seen["before"], 1)
        self.assertGreater(seen["magnified"], 1.1)
        self.assertLess(seen["moved"], 0)
        self.assertEqual(seen["reset"], 1)
        self.assertEqual(seen["wheel"], 1)
        self.assertGreater(seen["ctrlWheel"], 1)

    def test_without_javascript(self):
        """The page's own policy, made stricter, keeps every script from running."""
        _, text = self.page(document("narrow"))
        self.write(text.replace("script-src 'unsafe-inline'", "script-src 'none'"), "page.html")
        dom, said = self.chromium("--dump-dom")
        self.assertTrue(said and all("Content Security Policy" in line for line in said), said)
        self.assertIn("This network can be improved", dom)
        self.assertEqual(dom.count("<svg"), text.count("<svg"))
        self.assertNotIn('class="controls"', dom)
        self.assertIn("hidden", re.search('<p class="save"[^>]*>', dom).group(0))

    def test_prints(self):
        self.page(document("certify"), document("width"))
        self.quiet("--no-pdf-header-footer", "--print-to-pdf=" + self.path("page.pdf"))
        with open(self.path("page.pdf"), "rb") as stream:
            self.assertEqual(stream.read(5), b"%PDF-")
        self.assertGreater(os.path.getsize(self.path("page.pdf")), 20_000)


if __name__ == "__main__":
    unittest.main()
