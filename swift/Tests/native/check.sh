#!/bin/sh
# Type-checks the command-line tool for Apple silicon, and what it drives the C boundary with, where
# swift-argument-parser is not there. The first argument is a folder for the modules.
set -eu
cd "$(dirname "$0")/../.."
out=$1
mkdir -p "$out"
emit() {
  module=$1
  shift
  swiftc -swift-version 6 -parse-as-library -emit-module -module-name "$module" -I "$out" -I CBunASR/include \
    -emit-module-path "$out/$module.swiftmodule" "$@"
}
emit ArgumentParser Tests/native/ArgumentParser.swift
emit BoundaryDriver BoundaryDriver/*.swift
swiftc -swift-version 6 -parse-as-library -typecheck -module-name BunASRNative -I "$out" -I CBunASR/include \
  BunASRNative/*.swift
