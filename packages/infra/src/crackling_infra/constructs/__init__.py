"""Hold the constructs of CracklingStack, one per capability. The stack, not its constructs, grants access."""
