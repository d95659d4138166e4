"""Virtual environments of the contenders, made on first use from ``requirements-<name>.txt`` beside this file."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Environment:
    """One environment, in a folder of ``home``."""

    home: Path
    name: str

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.home / self.name / "bin" / "python"

    def prepare(self) -> None:
        """Make it, unless it is as the requirements say."""
        wanted = (HERE / f"requirements-{self.name}.txt").read_text(encoding="utf-8")
        installed = self.home / self.name / "installed.txt"
        if installed.exists() and installed.read_text(encoding="utf-8") == wanted:
            return
        self._uv("venv", "--quiet", "--clear", "--python", sys.executable, str(self.home / self.name))
        requirements = str(HERE / f"requirements-{self.name}.txt")
        self._uv(
            "pip", "sync", "--quiet", "--no-config", "--compile-bytecode", "--python", str(self.python), requirements
        )
        installed.write_text(wanted, encoding="utf-8")

    def version(self, package: str) -> str:
        """The version of a package that the requirements ask for."""
        lines = (HERE / f"requirements-{self.name}.txt").read_text(encoding="utf-8").split()
        return next(line.split("==")[1] for line in lines if line.startswith(f"{package}=="))

    def _uv(self, *arguments: str) -> None:
        subprocess.run([str(Path(sys.prefix) / "setup" / "bin" / "uv"), *arguments], check=True)
