"""Crackling Cloud on AWS: settings, constructs (one a capability), two stacks and the checks of their templates."""
