"""Adapters between the science and AWS: typed settings, models, and one store a kind of thing.

Imports point one way: stores -> codec and models -> the science. Nothing here knows of Lambda events or HTTP.
"""
