"""Serve over HTTP the deployed CloudFront distribution, and behind it the page's bucket and the REST API."""

from localcloud.front.door import FrontDoor

__all__ = ["FrontDoor"]
