#!/bin/sh
# Installs a tool.
set -eu

curl -fsSLo install.sh https://downloads.example/install.sh
echo "4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a  install.sh" | sha256sum -c -
sh install.sh
