"""Commands that forget something for good ask first; ``--yes`` is a script's answer."""

from __future__ import annotations

from typing import Annotated

import typer

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def ask(question: str, yes: bool) -> None:
    """Abort unless a person says yes."""
    if not yes:
        typer.confirm(question, abort=True)


def ask_for(word: str, question: str, yes: bool) -> None:
    """Abort unless a person types the word, as where all data goes."""
    if not yes and typer.prompt(f"{question}, type {word}") != word:
        raise typer.Abort
