"""A file of configuration: YAML with the variables of the environment filled in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from include.orderhouse.configuration.variables import expand
from include.orderhouse.configuration.yaml_text import parse_yaml
from include.orderhouse.errors import ConfigurationInvalid


def read_yaml(path: Path) -> Any:
    """What the file holds. Raises ConfigurationInvalid with the place of a mistake."""
    try:
        return parse_yaml(expand(path.read_text(encoding="utf-8"), os.environ))
    except OSError as error:
        raise ConfigurationInvalid(
            f"{path} cannot be read: {error.strerror}.", action="Create it, or point ORDERHOUSE_CONNECTIONS at yours."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationInvalid(
            f"{path}, byte {error.start + 1}, is not UTF-8.", action="Save the file in UTF-8."
        ) from error
    except yaml.reader.ReaderError as error:
        raise ConfigurationInvalid(
            f"{path}, character {error.position + 1}, is not valid YAML: {error.reason}.", action="Remove it."
        ) from error
    except yaml.MarkedYAMLError as error:
        place = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ConfigurationInvalid(
            f"{path}{place}, is not valid YAML: {error.problem}.", action="Correct it at or before that line."
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        said = str(error).partition("\n")[0]
        raise ConfigurationInvalid(f"{path} is not valid YAML: {said}.", action="Correct it.") from error
