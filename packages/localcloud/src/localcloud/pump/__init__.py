"""Deliver events to functions, as Lambda's pollers and EventBridge's schedules do."""

from localcloud.pump.pump import Pump

__all__ = ["Pump"]
