"""Provide the adapters between the science and AWS: typed settings, models, messages, and one store for each table and bucket.

Imports point one way: stores -> codec and models -> the science. Nothing here knows of Lambda events or HTTP.
"""
