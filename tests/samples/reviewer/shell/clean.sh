#!/bin/bash
# Empties a folder of builds.
set -eu

folder=$1
rm -rf $folder/build
echo "emptied"
