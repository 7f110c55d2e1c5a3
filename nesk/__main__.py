"""`python -m nesk` is the command line too."""

from nesk.commands import main

main()
