#!/usr/bin/env python3
"""random_certificates.py PROGRAM FIRST COUNT OPEN: certifies random instances with the program random_certify, then lets the
twin in Python (tests/verify/check_certificate.py) judge every certificate again. Fails when a bound is unsound, more than
1 in 100 instances stay open, or the twin rejects a certificate that the checker in C++ accepted. Certificates of open
instances are kept in the folder OPEN."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
from multiprocessing import Pool

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "verify"))
import check_certificate  # noqa: E402


def verdict(path):
    try:
        check_certificate.check(path.read_bytes())
    except (check_certificate.Malformed, check_certificate.Rejected) as error:
        return f"{path.name}: {error}"
    return None


def main():
    program, first, count, kept = sys.argv[1], sys.argv[2], int(sys.argv[3]), pathlib.Path(sys.argv[4])
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        status = subprocess.run([program, first, str(count), folder], check=False).returncode
        paths = sorted(pathlib.Path(folder).glob("*.cert"))
        with Pool() as pool:
            rejected = [reason for reason in pool.imap_unordered(verdict, paths, chunksize=16) if reason]
        for path in pathlib.Path(folder).glob("open-*.cert"):
            shutil.copy(path, kept)
    print("\n".join(rejected + [f"the twin judged {len(paths)} certificates and rejected {len(rejected)}"]))
    return 0 if status == 0 and len(paths) == count and not rejected else 1


if __name__ == "__main__":
    sys.exit(main())
