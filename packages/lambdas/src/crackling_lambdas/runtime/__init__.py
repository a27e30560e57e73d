"""Hold what the handlers share: entry point, telemetry, settings and the consumer of a queue."""
