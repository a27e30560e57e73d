from __future__ import annotations

import os

# A test that forgets its stand-in reaches no account.
os.environ |= {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
}
