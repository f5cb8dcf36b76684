#!/bin/bash
# Counts errors in the logs of a folder.
set -euo pipefail

cd "$1"
for file in $(ls *.log); do
  printf '%s: %s\n' "$file" "$(grep -c ERROR "$file")"
done
