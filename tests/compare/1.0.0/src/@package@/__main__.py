"""Lets `python -m @package@` start the service."""

from @package@.main import main

main()
