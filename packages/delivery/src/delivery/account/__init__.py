"""What an account needs before this repository can be deployed to it: `template` describes it, `stack` deploys it."""
