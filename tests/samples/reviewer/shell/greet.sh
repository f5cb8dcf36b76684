#!/bin/sh
# Greets whoever is named.
name=$1
if [ "$name" == "" ]; then
  name=stranger
fi
echo "Hello, $name"
