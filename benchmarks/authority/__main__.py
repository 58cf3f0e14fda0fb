"""`python -m benchmarks.authority`: what acting costs a transaction."""

from benchmarks.authority.act import main

if __name__ == "__main__":
    main()
