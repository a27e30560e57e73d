"""Compare the calls that functions make with the roles that they were deployed with."""
