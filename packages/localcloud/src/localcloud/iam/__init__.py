"""Have iam-simulate judge the calls that functions make by the roles that they were deployed with."""
