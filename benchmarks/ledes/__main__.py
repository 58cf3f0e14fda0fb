"""`python -m benchmarks.ledes`: see `run`."""

from benchmarks.ledes.run import main

main()
