"""Where @service@ starts."""

import argparse
import tomllib
from pathlib import Path

from @package@ import __version__

SETTINGS = Path("config/settings.toml")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="@service@", description="@title@")
    parser.add_argument("--port", type=int, default=@port@)
    parser.add_argument("--version", action="version", version=__version__)
    return parser.parse_args()


def main() -> None:
    typed = arguments()
    settings = tomllib.loads(SETTINGS.read_text())
    print(f"@service@ {__version__} of @owner@ listens on {typed.port}, pool {settings['database']['pool']}")
