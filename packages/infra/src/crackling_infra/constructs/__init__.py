"""The capabilities of CracklingStack, one construct each. Grants are not made here but in the stack."""
