"""Define Crackling Cloud on AWS: its settings, one construct per capability, two stacks, and the checks of their templates."""
