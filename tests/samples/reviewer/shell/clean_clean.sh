#!/bin/bash
# Empties a folder of builds.
set -eu

folder=${1:?a folder}
rm -rf "${folder:?}/build"
echo "emptied"
