"""Which calls functions make, held against the roles that they were deployed with."""
