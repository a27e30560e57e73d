"""Run jobs: submission, scan, scoring, results and the email at the end."""
