"""`python -m crackling`."""

from crackling.cli import main

if __name__ == "__main__":
    main()
