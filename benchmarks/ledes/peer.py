"""Run by the peers' own Python: parse a file with `ledes-parser`; print lines per second, by clock and by CPU.

The parser is built before the clock starts and takes line feeds only, so it is given the file that way.
"""

import sys
import time

from ledes_parser import get_parser  # type: ignore[import-not-found]  # lives in an environment of its own

parser = get_parser("LEDES98B")
with open(sys.argv[1], encoding="ascii") as stream:
    text = stream.read()
began, busy = time.perf_counter(), time.process_time()
parser.parse(text)
took, worked = time.perf_counter() - began, time.process_time() - busy
lines = text.count("\n") - 2
print(lines / took, lines / worked)
