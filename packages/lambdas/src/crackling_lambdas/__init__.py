"""Provide the functions of Crackling Cloud.

handlers      one module for each Lambda function
api           the REST API: routes, views and problems
jobs          the life of a job: submission, scan, scoring, results and the email at the end
genomes       the life of a genome: upload, claim, start of its preparation
index_files   index files on a function's disk, whole or in part
reaping       ends what makes no progress
runtime       what the handlers share: entry point, telemetry, settings, consumers of queues and streams
errors        the reasons to refuse a request

Imports point one way: handlers -> api -> jobs -> genomes -> errors; tests/test_imports.py lists all of it.
"""
