"""`python -m fuzzlab`."""

from fuzzlab.cli import main

if __name__ == "__main__":
    main()
