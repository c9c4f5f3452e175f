"""`python -m altostratus.cli`: what the `alto` script runs."""

from altostratus.cli import main

main()
