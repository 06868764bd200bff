"""What @title@ promises on its command line."""

import sys

import pytest

from @package@ import main


def test_the_port_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["@service@"])
    assert main.arguments().port == @port@
