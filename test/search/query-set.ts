/** A show with queries, each of which must find it among the first three. */
export type Sought = {
  title: string;
  author?: string;
  persons?: string[];
  description?: string;
  language?: string;
  queries: string[];
};

/** 200 queries as people type them: misspelt, without accents, in Chinese, Japanese and Arabic, with initials and numbers. */
export const SOUGHT: readonly Sought[] = [
  // Accents, and letters that people replace.
  {
    title: "Cōnānus: Histoire de Conan",
    author: "Élodie Lefèvre",
    queries: ["conanus", "elodie lefevre", "conanus histoire"],
  },
  {
    title: "Café Mañana",
    author: "Íñigo Núñez",
    queries: ["cafe manana", "inigo nunez", "café manana", "cafe mañana nunez"],
  },
  { title: "Über Züge", author: "Jörg Groß", queries: ["uber zuge", "jorg gross", "groß züge"] },
  { title: "Smørrebrød og Søvn", author: "Søren Ågård", queries: ["smorrebrod", "soren agard"] },
  {
    title: "Łódź po godzinach",
    author: "Małgorzata Wiśniewska",
    queries: ["lodz po godzinach", "malgorzata wisniewska", "łódź"],
  },
  {
    title: "Příběhy z Žižkova",
    author: "Jiří Dvořák",
    queries: ["pribehy z zizkova", "jiri dvorak", "příběhy žižkova"],
  },
  { title: "Đường về quê", author: "Nguyễn Thị Hạnh", queries: ["duong ve que", "nguyen thi hanh"] },
  {
    title: "İstanbul'da Bir Gün",
    author: "Çağla Şahin",
    queries: ["istanbulda bir gun", "cagla sahin", "istanbul'da bir gün"],
  },
  { title: "L'Heure Bleue", author: "Maïté Rençon", queries: ["heure bleue", "lheure bleue", "maite rencon"] },
  {
    title: "Ísland í dag",
    author: "Þórunn Guðmundsdóttir",
    queries: ["island i dag", "thorunn gudmundsdottir", "ísland"],
  },
  { title: "São Paulo às Três", author: "João Conceição", queries: ["sao paulo as tres", "joao conceicao"] },
  {
    title: "Fiancée & Garçon",
    author: "Zoë Brontë-Hughes",
    queries: ["fiancee garcon", "zoe bronte hughes", "fiancee & garcon"],
  },

  // Japanese, Chinese, Korean, Thai.
  { title: "鉄道の夜", author: "宮本健一", language: "ja", queries: ["鉄道", "宮本"] },
  {
    title: "深夜ラジオ・こんばんは",
    author: "さくら放送",
    language: "ja",
    queries: ["深夜ラジオ", "らじお 深夜", "こんばんは", "ﾗｼﾞｵ 深夜"],
  },
  { title: "ゆる古典学ラジオ", author: "水野 太郎", language: "ja", queries: ["古典学", "ゆる古典", "水野太郎"] },
  {
    title: "コーヒーと数学",
    author: "田中 みどり",
    language: "ja",
    queries: ["コーヒー", "数学 コーヒー", "田中みどり"],
  },
  { title: "日本酒の話をしよう", author: "蔵元ネット", language: "ja", queries: ["日本酒", "日本酒の話", "蔵元"] },
  { title: "故事FM", author: "大象公会", language: "zh", queries: ["大象"] },
  { title: "忽左忽右", author: "程衍樑", language: "zh", queries: ["忽左"] },
  {
    title: "随机波动 StochasticVolatility",
    author: "张之琪",
    language: "zh",
    queries: ["随机波动", "stochastic volatility", "stochasticvolatility"],
  },
  { title: "长安十二时辰·历史", author: "马老师", language: "zh", queries: ["长安十二时辰", "长安 历史"] },
  { title: "台北早餐地圖", author: "林雅婷", language: "zh-tw", queries: ["台北早餐", "早餐地圖"] },
  { title: "서울에서 온 편지", author: "김민준", language: "ko", queries: ["서울", "서울 편지", "편지"] },
  { title: "คุยเรื่องผีตอนดึก", author: "สมชาย ใจดี", language: "th", queries: ["คุยเรื่องผี", "ผีตอนดึก", "สมชาย"] },

  // Arabic, Persian, Hebrew.
  {
    title: "مسافرون في الليل",
    author: "أحمد الزعبي",
    language: "ar",
    queries: ["الليل مسافرون", "احمد الزعبي", "مسافرون ليل"],
  },
  {
    title: "فنجان القهوة",
    author: "عبد الرحمن أبو مالح",
    language: "ar",
    queries: ["فنجان", "فنجان القهوه", "ابو مالح", "قهوة فنجان"],
  },
  {
    title: "حكايات إفريقيا",
    author: "فاطمة الزهراء",
    language: "ar",
    queries: ["حكايات افريقيا", "فاطمه الزهراء", "افريقيا"],
  },
  { title: "بودكاست العُلوم", author: "هدى", language: "ar", queries: ["بودكاست العلوم", "بودكاست علوم"] },
  { title: "کتاب‌های ایرانی", author: "علی کریمی", language: "fa", queries: ["كتاب های ايراني"] },
  { title: "שִׁיר לַיּוֹם", author: "נועה לוי", language: "he", queries: ["שיר ליום"] },

  // Cyrillic, Greek, Hindi.
  {
    title: "Ещё один подкаст о книгах",
    author: "Фёдор Ковалёв",
    language: "ru",
    queries: ["еще один подкаст о книгах", "федор ковалев", "подкаст о книгах", "еще подкаст книгах"],
  },
  { title: "Київська година", author: "Оксана Бойко", language: "uk", queries: ["оксана бойко"] },
  {
    title: "Ιστορίες της Αθήνας",
    author: "Γιώργος Παπαδάκης",
    language: "el",
    queries: ["ιστοριες της αθηνας", "γιωργος παπαδακης", "ΑΘΗΝΑΣ"],
  },
  { title: "कहानी सुनो", author: "सुधीर मिश्रा", language: "hi", queries: ["सुधीर मिश्रा"] },

  // Names with initials, and persons.
  {
    title: "Reading J. R. R. Tolkien",
    author: "The Shire Readers",
    persons: ["C. S. Whitlock"],
    queries: ["jrr tolkien", "j.r.r. tolkien", "j r r tolkien", "tolkien reading", "cs whitlock", "c.s. whitlock"],
  },
  {
    title: "U.S. Politics with B.J. Hanley",
    author: "B.J. Hanley",
    queries: ["us politics", "bj hanley", "b j hanley", "u.s. politics hanley"],
  },
  { title: "W. E. B. Lectures", author: "Du Bois Society", queries: ["web lectures", "w.e.b. lectures"] },
  { title: "The R&B Hour", author: "DJ K-Swift Jr.", queries: ["r&b hour", "rb hour", "dj k swift", "the r & b hour"] },
  {
    title: "Ask Dr. O'Malley",
    author: "Siobhán O'Malley",
    queries: ["dr omalley", "dr o'malley", "siobhan omalley", "ask dr. o’malley"],
  },
  {
    title: "Nobody Told Me",
    author: "Wondermill",
    persons: ["Priyanka Ramaswamy", "T. J. Oyelaran"],
    queries: ["priyanka ramaswamy", "tj oyelaran", "t.j. oyelaran", "ramaswamy nobody told me"],
  },
  {
    title: "Kitchen Table Physics",
    author: "M. van der Berg",
    persons: ["Annelies de Vries"],
    queries: ["van der berg physics", "annelies de vries", "kitchen physics", "m van der berg"],
  },
  { title: "AC/DC Circuits", author: "P.W. Ohm", queries: ["ac dc circuits", "acdc circuits", "pw ohm", "ac/dc"] },

  // Numbers.
  {
    title: "99% Perspiration",
    author: "Roman Edison",
    queries: ["99 perspiration", "99 percent perspiration", "99 perspirations"],
  },
  { title: "1619 to 1776", author: "The Colony Desk", queries: ["1619", "1619 1776", "1776 colony desk"] },
  {
    title: "20,000 Leagues Under",
    author: "Captain N. Verne",
    queries: ["20000 leagues", "20,000 leagues", "leagues under 20000"],
  },
  {
    title: "Radio 5 Live Science",
    author: "Five Live",
    queries: ["radio 5 science", "5 live science", "radio 5 live"],
  },
  { title: "The 404 Not Found Show", author: "Broken Links", queries: ["404", "404 not found", "404 show"] },
  { title: "24/7 Newsroom", author: "Night Desk", queries: ["24 7 newsroom", "247 newsroom"] },
  { title: "Sektion ٣", author: "Halle 3", queries: ["sektion 3"] },
  {
    title: "Covid-19: Year Zero",
    author: "Helen Marchetti",
    queries: ["covid 19 year zero", "covid19 year zero", "covid-19 marchetti"],
  },

  // Misspelt.
  {
    title: "The Lighthouse Keepers",
    author: "Marguerite Delacroix",
    queries: ["lighthose keepers", "ligthouse keepers", "margerite delacroix", "light house keepers"],
  },
  {
    title: "Fermentation Station",
    author: "Sourdough Collective",
    queries: ["fermentaton staton", "fermantation station", "sourdoh collective"],
  },
  {
    title: "Cartographers Anonymous",
    author: "Benedikt Schwarzenberger",
    queries: ["cartografers anonymous", "benedict schwarzenberger", "cartographers annonymous"],
  },
  {
    title: "Parliament of Owls",
    author: "Gwendolyn Featherstone",
    queries: ["parlament of owls", "gwendolin fetherstone", "parliment owls"],
  },
  {
    title: "Hieroglyph Hour",
    author: "Nefertari Institute",
    queries: ["heiroglyph hour", "hyeroglyph hour", "nefertary institute"],
  },
  {
    title: "Entrepreneurs of Mars",
    author: "Olympus Mons Media",
    queries: ["enterpreneurs of mars", "entreprenurs mars", "olimpus mons media"],
  },
  {
    title: "Czech Your Sources",
    author: "Vltava Fact Desk",
    queries: ["check your sources", "czech your sorces", "vltva fact desk"],
  },
  { title: "Maintenance Window", author: "Uptime Radio", queries: ["maintainance window", "maintenence windows"] },
  { title: "Radiolabyrinth", author: "Theseus Audio", queries: ["radio labyrinth", "radiolabirinth", "thesius audio"] },
  {
    title: "Silk Road Kitchen",
    author: "Zarina Yusupova",
    queries: ["silkroad kitchen", "silk rode kitchen", "zarina usupova"],
  },
  {
    title: "Underwater Postcards",
    author: "Cousteau Club",
    queries: ["under water postcards", "underwater post cards", "cousto club"],
  },
  {
    title: "Rhythm and Rust",
    author: "Detroit Sessions",
    queries: ["rythm and rust", "rhythm & rust", "rythm rust detroit"],
  },
  {
    title: "Bibliothekarinnen",
    author: "Annegret Kühn",
    queries: ["bibliotekarinnen", "bibliothekarinen", "anegret kuhn"],
  },
  { title: "Подводная лодка", author: "Морской клуб", language: "ru", queries: ["подводная ладка", "подводна лодка"] },

  // Frequent words, and words in another order or form.
  { title: "The Daily", author: "The Gazette", queries: ["daily gazette", "the daily gazette"] },
  { title: "News", author: "Kurier", queries: ["news kurier"] },
  {
    title: "Conversations with Rivers",
    author: "Hydrology Now",
    queries: ["rivers conversation with", "conversation with river", "hydrology rivers"],
  },
  {
    title: "Night Trains",
    author: "Ada Example",
    queries: ["night train", "trains night", "nighttrains", "ada example night trains"],
  },
  { title: "This Antarctic Life", author: "Public Ice Radio", queries: ["antarctic life podcast"] },
  { title: "Spider-Man & Friends", author: "Web Heads", queries: ["spiderman", "spider man friends", "spider-man"] },
  {
    title: "Serial Mysteries",
    author: "Cold Case Co.",
    description: "The Whitechapel ledger, the Voynich manuscript and other riddles.",
    queries: ["voynich manuscript", "whitechapel ledger"],
  },
  {
    title: "Cinéma Vérité",
    author: "Agnès Prévost",
    description: "Godard, Truffaut, la Nouvelle Vague.",
    queries: ["cinema verite", "agnes prevost", "nouvelle vague truffaut"],
  },
];

const WORDS = {
  adjectives:
    "daily hidden modern quiet wild secret early open lost slow bright deep local global mighty curious honest simple silver golden northern strange public private ancient electric digital creative healthy happy".split(
      " ",
    ),
  nouns:
    "news history science kitchen garden radio money music history night train river story book mind market sport football crime film voice life house city street table hour show desk club society lecture politics light keeper window map road ocean card science letter bird number question answer people station".split(
      " ",
    ),
  ends: "podcast show report weekly daily hour today stories club with_friends live radio talks network".split(" "),
  first:
    "anna ben carla david elena frank grace hugo ines jonas karim laura marco nina omar paula quentin rosa samuel tara umar vera walter xenia yusuf zoe maria joão josé søren jiří fatima ahmed".split(
      " ",
    ),
  last: "smith müller garcía rossi dubois novák kowalski silva hansen johnson brown miller davis lopez martin berg vries nguyen tanaka kim lee wang popov ivanov costa keller weber fischer".split(
    " ",
  ),
};
const OTHERS = {
  ja: [
    "鉄",
    "道",
    "夜",
    "朝",
    "話",
    "数",
    "学",
    "日",
    "本",
    "語",
    "音",
    "楽",
    "旅",
    "ラジオ",
    "ニュース",
    "の",
    "と",
    "歴史",
    "映画",
    "東京",
    "大阪",
    "本音",
    "料理",
    "英語",
  ],
  zh: [
    "故",
    "事",
    "新",
    "闻",
    "历",
    "史",
    "大",
    "中",
    "国",
    "北",
    "京",
    "电",
    "影",
    "音",
    "乐",
    "说",
    "书",
    "生",
    "活",
    "台",
    "早",
    "长",
    "波",
    "老师",
  ],
  ar: [
    "بودكاست",
    "حكايات",
    "الليل",
    "قصص",
    "العلم",
    "تاريخ",
    "القهوة",
    "في",
    "كتاب",
    "صوت",
    "اليوم",
    "أخبار",
    "الرياضة",
    "مع",
    "أحمد",
    "عبد",
    "الحياة",
  ],
  ru: [
    "подкаст",
    "о",
    "книгах",
    "история",
    "новости",
    "музыка",
    "кино",
    "один",
    "день",
    "клуб",
    "наука",
    "вечер",
    "лодка",
    "морской",
    "подводный",
  ],
};

/** `count` other shows of the same words, the same at each run. */
export function makeOthers(count: number): { title: string; author: string }[] {
  let seed = 12345;
  const random = (max: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return Math.floor((seed / 0x80000000) * max);
  };
  const pick = (list: readonly string[]) => list[random(list.length)] ?? "";
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
  const { adjectives, nouns, ends, first, last } = WORDS;
  return Array.from({ length: count }, (_, i) => {
    const author = `${capital(pick(first))} ${random(4) === 0 ? `${capital(pick(first)).charAt(0)}. ` : ""}${capital(pick(last))}`;
    const lists = Object.values(OTHERS);
    if (i % 5 === 0) {
      const list = lists[random(lists.length)] ?? [];
      const blank = list === OTHERS.ar || list === OTHERS.ru ? " " : "";
      return { title: Array.from({ length: 2 + random(4) }, () => pick(list)).join(blank), author };
    }
    const words = [
      ...(random(2) === 0 ? ["the"] : []),
      ...(random(2) === 0 ? [pick(adjectives)] : []),
      pick(nouns),
      ...(random(3) === 0 ? ["of", pick(nouns)] : []),
      ...(random(2) === 0 ? [pick(ends).replace("_", " ")] : []),
      ...(random(10) === 0 ? [String(random(2_000))] : []),
    ];
    return { title: words.map(capital).join(" "), author };
  });
}
