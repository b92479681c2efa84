"""Limits, Ctrl-C, threads, and what else happens while a command runs."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import unittest
import warnings

import thalweg
from python_case import PythonCase, planted

# Far more than a few seconds of work: the search over signs of 300 Gaussian samples in 8 dimensions.
LONG = """
import numpy, thalweg
draw = numpy.random.default_rng(0)
X, y = draw.normal(size=(300, 8)), draw.normal(size=300)
"""


class Running(PythonCase):
    def long(self):
        names = {}
        exec(LONG, names)
        return names["X"], names["y"]

    def test_a_limit_gives_the_partial_answer_and_a_warning(self):
        X, y = self.long()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = thalweg.train(X, y, beta=0.01, time_limit=0.2)
        self.assertTrue(result.stopped_at_limit)
        self.assertLessEqual(result.lower_bound, result.objective)
        self.assertEqual([warning.category for warning in caught], [thalweg.ThalwegWarning])
        self.assertEqual(caught[0].filename, __file__)
        self.assertIn("stopped_at_limit", repr(result))
        self.assertFalse(thalweg.train(X[:5], y[:5], beta=1).stopped_at_limit)

    def test_a_proof_that_is_not_written_is_said_aloud(self):
        X, y = planted(8, 2, 1)
        with self.assertWarns(thalweg.ThalwegWarning):
            thalweg.train(X, y > 0, beta=0.1, loss="logistic", certificate=self.path("a.cert"))

    def script(self, text, *signals):
        """Runs Python, sends signals a second apart once it has said that it begins."""
        child = subprocess.Popen([sys.executable, "-c", LONG + textwrap.dedent(text)], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True)
        self.addCleanup(child.stderr.close)
        self.addCleanup(child.stdout.close)
        self.assertEqual(child.stdout.readline(), "begin\n")
        for one in signals:
            time.sleep(1)
            child.send_signal(one)
        out, err = child.communicate(timeout=100)
        return child.returncode, out, err

    def test_ctrl_c_hands_over_the_partial_answer(self):
        code, out, err = self.script("""
            print("begin", flush=True)
            try:
                thalweg.train(X, y, beta=0.01)
            except thalweg.Interrupted as stop:
                assert isinstance(stop, KeyboardInterrupt)
                result = stop.result
                print(result.stopped_at_limit, result.lower_bound <= result.objective, result.network.width > 0)
            # The handler is Python's own again.
            import signal
            print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
            try:
                signal.raise_signal(signal.SIGINT)
            except KeyboardInterrupt as stop:
                print(type(stop).__name__)
            """, signal.SIGINT)
        self.assertEqual((code, out), (0, "True True True\nTrue\nKeyboardInterrupt\n"), err)

    def test_ctrl_c_ends_a_program_that_does_not_catch_it(self):
        code, _, err = self.script("""
            print("begin", flush=True)
            thalweg.train(X, y, beta=0.01)
            """, signal.SIGINT)
        self.assertNotEqual(code, 0)
        self.assertIn("Interrupted", err)

    def test_only_the_main_thread_listens(self):
        """A signal reaches Python at once while another thread computes."""
        code, out, err = self.script("""
            import threading, time, warnings
            warnings.simplefilter("ignore")
            worker = threading.Thread(target=lambda: found.append(thalweg.train(X, y, beta=0.01, time_limit=4)))
            found = []
            worker.start()
            print("begin", flush=True)
            try:
                time.sleep(60)
            except KeyboardInterrupt:
                print("at once", worker.is_alive())
            worker.join()
            print(found[0].stopped_at_limit)
            """, signal.SIGINT)
        self.assertEqual((code, out), (0, "at once True\nTrue\n"), err)

    def test_threads_at_once(self):
        problems = [planted(14, 2, seed) for seed in range(6)]
        alone = [thalweg.train(X, y, beta=0.3, threads=1).objective for X, y in problems]
        together = [None] * len(problems)
        failures = []

        def work(k):
            for _ in range(3):
                X, y = problems[k]
                together[k] = thalweg.train(X, y, beta=0.3, threads=1).objective
                try:
                    thalweg.train(X, y, beta=-1)
                    failures.append(k)
                except thalweg.InvalidInput:
                    pass

        workers = [threading.Thread(target=work, args=(k,)) for k in range(len(problems))]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self.assertEqual(together, alone)
        self.assertEqual(failures, [])

    def test_python_runs_on_meanwhile(self):
        X, y = self.long()
        ticks = []
        done = threading.Event()

        def work():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                thalweg.train(X, y, beta=0.01, time_limit=1, threads=1)
            done.set()

        worker = threading.Thread(target=work)
        worker.start()
        while not done.is_set():
            ticks.append(time.monotonic())
            done.wait(0.005)
        worker.join()
        self.assertGreater(len(ticks), 20)

    def test_silence(self):
        """Nothing is printed unless asked for."""
        done = subprocess.run([sys.executable, "-c", LONG + "thalweg.certify({'W': X[:2], 'alpha': [1, 1]}, X[:9], y[:9], beta=1)"],
                              capture_output=True, text=True, timeout=100, check=True, env=os.environ)
        self.assertEqual((done.stdout, done.stderr), ("", ""))


if __name__ == "__main__":
    unittest.main()
