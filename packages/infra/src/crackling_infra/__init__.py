"""Crackling Cloud on AWS: settings, one construct a capability, two stacks, and the templates' checks."""
