"""Run by the peers' own Python: parse a file with `ledes-parser` and print lines per second.

The parser is built before the clock starts and takes line feeds only, so it is given the file that way.
"""

import sys
import time

from ledes_parser import get_parser  # type: ignore[import-not-found]  # lives in an environment of its own

parser = get_parser("LEDES98B")
with open(sys.argv[1], encoding="ascii") as stream:
    text = stream.read()
began = time.perf_counter()
parser.parse(text)
took = time.perf_counter() - began
print((text.count("\n") - 2) / took)
