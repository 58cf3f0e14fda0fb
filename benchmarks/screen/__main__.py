"""`python -m benchmarks.screen`: see `run`."""

from benchmarks.screen.run import main

main()
