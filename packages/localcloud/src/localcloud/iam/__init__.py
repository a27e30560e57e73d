"""Have iam-simulate evaluate the calls that functions make by the roles that they were deployed with."""
