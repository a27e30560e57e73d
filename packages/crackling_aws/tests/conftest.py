from __future__ import annotations

import os

# A test without its fakes reaches no account.
os.environ |= {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
}
