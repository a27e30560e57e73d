#!/usr/bin/env bash
# Runs as root on a fresh Ubuntu: has cfn-init do what the stack's metadata says, and tells the stack how it ended.
# Arguments: stack, logical id, region. Without a signal the deployment fails too, when its time is up.
set -euo pipefail

readonly STACK=$1 RESOURCE=$2 REGION=$3
readonly VENV=/opt/aws/cfn-bootstrap
# AWS publishes the helper scripts for other systems than its own at this address alone, and advises "latest".
readonly HELPERS=https://s3.amazonaws.com/cloudformation-examples/aws-cfn-bootstrap-py3-latest.tar.gz

python3 -m venv "$VENV"
"$VENV/bin/pip" install --quiet --disable-pip-version-check 'setuptools<81' # it imports pkg_resources
"$VENV/bin/pip" install --quiet --disable-pip-version-check --no-build-isolation "$HELPERS"

status=0
"$VENV/bin/cfn-init" --verbose --stack "$STACK" --resource "$RESOURCE" --region "$REGION" || status=$?
[[ $status -eq 0 ]] || tail -n 100 /var/log/cfn-init-cmd.log >/dev/console || true
"$VENV/bin/cfn-signal" --exit-code "$status" --stack "$STACK" --resource "$RESOURCE" --region "$REGION"
