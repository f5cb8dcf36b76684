#!/bin/sh
# Greets whoever is named.
name=${1:-stranger}
echo "Hello, $name"
