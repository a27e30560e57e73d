"""A strict stand-in for AWS: what moto accepts although AWS does not, and what takes AWS time.

Requests and answers are held against botocore's own models. Time is a clock that moves when somebody sleeps.
"""
