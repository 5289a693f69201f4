"""`python -m facedaemon` is the `facedaemon` command."""

from facedaemon.cli import main

if __name__ == "__main__":
    main()
