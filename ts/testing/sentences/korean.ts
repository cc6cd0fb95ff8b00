import type { Random } from "./random.ts";

const nouns =
  "나 너 우리 그녀 선생님 학생 회사 정부 대통령 국민 친구 어머니 할아버지 김철수 이순신 박지성 서울 부산 제주도 " +
  "한강 경복궁 대한민국 미국 일본 북한 학교 병원 도서관 컴퓨터 인터넷 스마트폰 데이터베이스 인공지능 음성인식 " +
  "날씨 음식 김치 라면 커피 영화 음악 책 신문 회의 예산 헌법 주가 지진 태풍 역사 문화 경제 과학 국립중앙박물관 " +
  "세계문화유산 자동차 지하철 비행기 사랑 시간 문제 결과 AI GPU BTS 유튜브 K-pop e스포츠 3D프린터 漢字 한글 " +
  "고속도로 전자우편 아이스크림 프로그래밍 민주주의";
const particles =
  "은 는 이 가 을 를 에 에서 에게 께서 으로 로 와 과 도 만 까지 부터 보다 처럼 의 이나 이라는 에는 에서는 " +
  "에서부터 으로써 이라고 한테 조차 마저 밖에 이지만 입니다";
const verbs =
  "갔습니다 먹었다 읽고 있다 보았습니다 시작한다 만들어졌다 생각합니다 말했다 할 수 있다 모른다 끝나버렸다 " +
  "발표했다 증가하고 감소했다 알려져 있다 마시고 싶다 걸었다 재미있었어요 좋네요 아니에요 그랬구나 하겠습니다 " +
  "설립되었다 위치하고 있으며 받았다 해야만 한다 될지도 모르겠다 ㅋㅋㅋ ㅠㅠ ㅎㅎ 했거든요 하시겠어요";
const adverbs =
  "매우 빨리 역시 물론 아마 예를 들어 그러나 그리고 그래서 하지만 또한 사실은 천천히 음 어 저기 뭐랄까";
const counters =
  "년 월 일 시 분 초 명 개 권 마리 살 원 % 킬로 미터 번째 층 만명 억원 GB 세기 도 대";
const marks = ", . ! ? … ~ - : ; / ( ) [ ] 「 」 『 』 〈 〉 “ ” ‘ ’ ' \" · ㆍ 。 、";
const odd =
  "é e\u0301 don't don’t 한국’s ＡＢＣ １２３ ㈜ ㎏ ㎡ ½ ² ① Ⅳ 😀 👍🏽 🇰🇷 ❤️ 日本 東京都 ひらがな カタカナ ㄱㄴㄷ ㅏㅑㅓ ﾡﾢ " +
  "3.14 1,234 twenty-five x=y C++ C# @user #태그 http://a.kr \u200b \ufeff 한\u200b글 " +
  "\u1112\u1161\u11ab\u1100\u1173\u11af \u1100\u1161 가\u11a8";
const spaces = [
  " ",
  " ",
  " ",
  "  ",
  "\t",
  "\n",
  "\u3000",
  "\u00a0",
  "\u0085",
  "\x1d",
  "\u2028",
  "\u200b",
];
const syllables =
  "가나다라마바사아자차카타파하거너더러머버서어고노도로모보소오구누두루무부수우그는이지니리미비시은을를에의대한민국인전기";

/** A sentence of words with their particles, of dates, other scripts and whatever texts have. */
export function koreanSentence(random: Random): string {
  const pick = (list: string) => random.pick(list.split(" "));
  const amount = () =>
    random.pick([
      `${random.below(10_000)}${pick(counters)}`,
      `${1900 + random.below(130)}년 ${1 + random.below(12)}월 ${1 + random.below(31)}일`,
      `${random.below(24)}:${10 + random.below(50)}`,
      `${pick("일 이 삼 사 오 육 칠 팔 구 십 백 천 만")}${pick(counters)}`,
    ]);
  const word = (): string =>
    random.pick([
      () => `${pick(nouns)}${pick(particles)}`,
      () => `${pick(nouns)}${pick(particles)}`,
      () => `${pick(nouns)}${pick(nouns)}${pick(particles)}`,
      () => `${pick(nouns)}들${pick(particles)}`,
      () => pick(verbs),
      () => pick(adverbs),
      () => amount(),
      () => pick(odd),
      () => run(syllables),
      () =>
        [
          random.pick(["(", "“", "'", "「"]),
          pick(nouns),
          random.pick([")", "”", "'", "」"]),
          pick(particles),
        ].join(""),
      () => random.pick([..."ㅋㅎㅠ아와하~!"]).repeat(2 + random.below(20)),
    ])();
  const run = (characters: string) => {
    const all = [...characters];
    return Array.from({ length: 1 + random.below(14) }, () => random.pick(all)).join("");
  };
  const parts: string[] = [];
  for (let words = 2 + random.below(12); words > 0; words--) {
    const text = word();
    // Many a text is sent decomposed.
    parts.push(random.chance(0.05) ? text.normalize("NFD") : text);
    if (random.chance(0.2)) parts.push(pick(marks));
    if (random.chance(0.9)) parts.push(random.pick(spaces));
  }
  return parts.join("");
}
