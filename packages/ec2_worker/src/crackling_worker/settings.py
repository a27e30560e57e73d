"""Read the deployment's settings for workers."""

from __future__ import annotations

import json
from dataclasses import dataclass

from crackling.errors import CracklingError
from crackling_aws.names import settings_parameter
from crackling_aws.parameters import MissingParameterError, Parameters
from crackling_aws.settings import Settings, SettingsError


class ConfigurationError(CracklingError):
    """Raised when the stage's settings for workers are missing or unusable; the message names the parameter."""


@dataclass(frozen=True, kw_only=True)
class WorkerSettings(Settings):
    """Hold the settings that CracklingStack writes to one SSM parameter; its keys are the fields in capitals."""

    jobs_table: str
    genomes_table: str
    genome_bucket: str
    scan_queue_url: str
    ncbi_url: str
    max_hours: int
    ncbi_key_parameter: str = ""


def read_settings(parameters: Parameters, stage: str) -> WorkerSettings:
    """Return the settings of a stage.

    Raises:
        ConfigurationError: there are none, or they are unusable.
    """
    name = settings_parameter(stage)
    try:
        facts = json.loads(parameters.get(name))
        return WorkerSettings.load({key: str(value) for key, value in facts.items()})
    except MissingParameterError:
        raise ConfigurationError(
            f"{name}: no such parameter; deploy CracklingStack of stage {stage}"
        ) from None
    except (ValueError, AttributeError):
        raise ConfigurationError(f"{name}: is not a JSON object; deploy CracklingStack again") from None
    except SettingsError as error:
        raise ConfigurationError(f"{name}: {error}") from None
