#!/bin/bash
# Sends the site to its server.
set -euo pipefail

: "${DEPLOY_TOKEN:?is needed}"
curl -fsS -H "X-Token: $DEPLOY_TOKEN" --data-binary @site.tar.gz https://deploy.example/site
