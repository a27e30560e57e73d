"""Lambda's pollers and EventBridge's clock: what delivers events to functions."""

from localcloud.pump.pump import Pump

__all__ = ["Pump"]
