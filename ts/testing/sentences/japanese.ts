import type { Random } from "./random.ts";

// Words of which sentences are made: what a text about anything has, in all of its scripts.

const people =
  "私 僕 あなた 彼女 先生 学生 社長 医者 友達 お母さん おじいさん 子供たち 政府 研究者 市民 " +
  "田中さん 山本太郎 佐々木 高橋 渡邉 斎藤 齋藤 ジョン・スミス マリー・キュリー Linus Ōe";
const things =
  "電車 自転車 本 新聞 天気 会議 予算 憲法 株価 味噌汁 ラーメン 寿司 桜 地震 台風 人工知能 音声認識 " +
  "データベース コンピューター スマートフォン インターネット ソフトウェア プロジェクト アイスクリーム " +
  "お茶 御飯 ごはん りんご 昔話 量子力学 国民健康保険 東海道新幹線 独立行政法人 世界遺産 Wi-Fi AI " +
  "GPU USBケーブル Tシャツ YouTube動画 iPhone ChatGPT e-mail C++ 3Dプリンター ５Ｇ ＡＩ";
const places =
  "東京 京都 大阪市北区 北海道 沖縄県 銀座 富士山 琵琶湖 渋谷駅 成田空港 ニューヨーク パリ ロンドン " +
  "アメリカ合衆国 国会議事堂 東京大学 図書館 病院 コンビニ 霞ヶ関 関ヶ原 茅ヶ崎 一ノ瀬 ヴェネツィア";
const verbs =
  "行きました 食べた 読んでいる 見なければならない 始まる 決めた 作られました 考えています 話しました " +
  "できるだろう 知らない 終わってしまった 始めようとした 発表した 増加している 減少した 言われている " +
  "飲みたい 歩かせられた 泳げなかった 起こり得る すっごい面白かった やばい だった です でした である " +
  "ではありません じゃないよ かもしれない 分かりません 待ってください いらっしゃいました ございます " +
  "形成している 占めており 知られる 位置する 設立された 受賞した";
const adjectives =
  "大きな 新しい 美しい 古い 静かな 便利な 難しい 高くない 楽しかった 世界最大の 有名な 赤い 真っ白な " +
  "いろいろな 様々な ほとんどの あらゆる この その あの どんな";
const particles =
  "は が を に で と も から まで より へ の には では とは でも こそ しか だけ ばかり について " +
  "によって に関する として という において に対して のために とともに";
const adverbs =
  "とても すぐに やっぱり もちろん たぶん 例えば しかし そして だから ところが さて なお また 実は " +
  "ゆっくり どんどん きらきら ぺらぺら ワクワク そもそも とりあえず えーと あのー うーん まあ 結構";
const counters =
  "年 月 日 時 分 秒 人 つ 本 枚 匹 歳 円 % キロ メートル 回 番目 階 万人 億円 GB 世紀 度";
const digits = "0123456789";
const kanjiNumbers = "〇一二三四五六七八九十百千万億";
const marks =
  "、 。 ！ ？ ・ … 〜 ー — 「 」 『 』 （ ） ( ) 【 】 , . ! ? : ; / ♪ 〽 ※ → ★ ＆ ＝ “ ” ’ '";
const wide = "ＡＢＣ ｘｙｚ １２３ ％ ￥ ＋ － ／ ～ ！ ？ （ ） ＠ ＃ ． ，";
const narrow = "ｱｲｽ ﾃﾚﾋﾞ ﾊﾟｿｺﾝ ｶﾞｷﾞｸﾞ ﾄﾞｱ ｺｰﾋｰ ｯﾂ ﾞ ﾟ ｡ ｢ ｣ ､ ･ ｳﾞ ﾜﾞ ﾊﾞｯｸﾞ";
const composed =
  "㌔ ㌘ ㍍ ㌢ ㌦ ㌫ ㍿ ㈱ ㊤ ㋿ ㍻ ① ② ⑩ ⑴ Ⅷ ⅳ ½ ¾ ² ³ ℃ № ℡ ™ ﬁ ﬄ ĳ Ǆ ﾡ ㅋㅋ ㅏ µ Å K ﷺ ﷲ … ‥ ‼ ⁉";
const decomposed =
  "か\u3099 は\u309aひ\u3099 ハ\u309aハ\u3099 ウ\u3099 き\u3099ん カ\u3099キ\u3099 e\u0301 " +
  "n\u0303 ノ\u3099 あ\u3099 か゛ お\u0302\u0323 q\u0307\u0323 葛\u{e0100} 辻\u{e0101} İ I\u0307 ΣΑΣ ΟΔΟΣ";
const pictures = "😀 🎉 👍🏽 👨‍👩‍👧 🇯🇵 ❤️ ☀ ♨ 🈁 🈲 ㊗ 💮 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿";
const spaces = [
  " ",
  "\u3000",
  "\t",
  "\n",
  "\r\n",
  "\u00a0",
  "\u200b",
  "\u2009",
  "  ",
  "\u0085",
  "\x1c",
];
const hiragana =
  "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをんっゃゅょがぎぐげござじずぜぞばびぶべぼぱぴぷぺぽー";
const katakana =
  "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンッャュョガギグゲゴザジズゼゾバビブベボパピプペポヴー・";

const lists = { people, things, places, verbs, adjectives, particles, adverbs, counters, marks };
const rare = { wide, narrow, composed, decomposed, pictures };

type List = keyof typeof lists | keyof typeof rare;

/** A sentence, or what a recognizer may make of noise: in all scripts, with all that texts have. */
export function japaneseSentence(random: Random): string {
  const pick = (list: List) => random.pick({ ...lists, ...rare }[list].split(" "));
  const clause = (): string => {
    const adjective = random.chance(0.3) ? pick("adjectives") : "";
    const subject = `${adjective}${pick(random.pick(["people", "things", "places"]))}`;
    const parts = [random.chance(0.3) ? pick("adverbs") : "", subject, pick("particles")];
    for (let more = random.below(3); more > 0; more--) {
      const noun = random.chance(0.3) ? amount() : pick(random.pick(["things", "places"]));
      parts.push(noun, pick("particles"));
    }
    parts.push(pick("verbs"), random.chance(0.3) ? pick("particles") : "");
    return parts.join("");
  };
  const amount = () => {
    const sort = random.pick([digits, digits, kanjiNumbers, "０１２３４５６７８９"]);
    const number = Array.from({ length: 1 + random.below(5) }, () => random.pick([...sort])).join(
      "",
    );
    return random.pick([
      `${number}${pick("counters")}`,
      `${1600 + random.below(500)}年${1 + random.below(12)}月${1 + random.below(31)}日`,
      `${random.below(24)}:${10 + random.below(50)}`,
      `${number}.${random.below(100)}`,
      `${random.below(999)},${100 + random.below(900)}円`,
    ]);
  };
  const run = (characters: string) => {
    const all = [...characters];
    return Array.from({ length: 2 + random.below(14) }, () => random.pick(all)).join("");
  };
  const odd = () =>
    random.pick([
      () => pick(random.pick(["wide", "narrow", "composed", "decomposed", "pictures"])),
      () => run(random.pick([hiragana, katakana, kanjiNumbers, hiragana + katakana])),
      () => random.pick([...hiragana, ..."笑wｗー！っあ草。"]).repeat(2 + random.below(30)),
      () => random.pick(spaces),
      () => `「${clause()}」`,
      () => `（${pick("things")}）`,
    ])();
  const parts: string[] = [];
  for (let clauses = 1 + random.below(4); clauses > 0; clauses--) {
    parts.push(random.chance(0.1) ? amount() : clause());
    if (random.chance(0.3)) parts.push(odd());
    parts.push(random.chance(0.7) ? random.pick(["、", "。", "。", "！", "？"]) : pick("marks"));
    if (random.chance(0.15)) parts.push(random.pick(spaces));
  }
  return parts.join("");
}
