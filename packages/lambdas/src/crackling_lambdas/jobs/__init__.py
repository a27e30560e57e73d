"""The life of a job: submission, scan, scoring, results and the email at the end."""
