"""The capabilities of CracklingStack, one construct each. Who may use what is granted in the stack, not here."""
