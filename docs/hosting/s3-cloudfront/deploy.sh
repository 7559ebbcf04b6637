#!/usr/bin/env bash
# Copies a release into a bucket that CloudFront serves from:
#
#   deploy.sh release s3://desk-example/tools/desk
#
# Files with a hash in their name go first and may be kept for ever; what names them goes last, so that nobody finds a
# page before its files. Files of earlier releases stay: a rule of the bucket's life cycle may remove what is older than
# a month. The compressed copies are left out, because CloudFront compresses by itself.
set -euo pipefail

release=$1
bucket=${2%/}
cd "$release"

type_of() {
  case $1 in
    *.html) echo 'text/html; charset=utf-8' ;;
    *.js | *.mjs) echo 'text/javascript; charset=utf-8' ;;
    *.css) echo 'text/css; charset=utf-8' ;;
    *.json) echo 'application/json' ;;
    *.wasm) echo 'application/wasm' ;;
    *.svg) echo 'image/svg+xml' ;;
    *) echo 'application/octet-stream' ;;
  esac
}

put() {
  aws s3 cp "$1" "$bucket/$1" --content-type "$(type_of "$1")" --cache-control "$2" --only-show-errors
}

hashed='-[0-9a-f]{16}(_bg)?\.[a-z]+$'
mapfile -t files < <(find . -type f ! -name '*.br' ! -name '*.gz' | sed 's|^\./||' | sort)

for file in "${files[@]}"; do
  if [[ $file =~ $hashed ]]; then
    put "$file" 'public, max-age=31536000, immutable'
  fi
done
for file in "${files[@]}"; do
  if [[ ! $file =~ $hashed && $file != index.html && $file != build.json ]]; then
    put "$file" 'no-cache'
  fi
done
put index.html 'no-cache'
put build.json 'no-cache'
