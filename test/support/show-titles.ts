/** Made-up shows and how people misspell them: letters swapped, left out, doubled or wrong, words in another order, joined or split. */
export const MISSPELT: readonly [title: string, typed: string][] = [
  ["Night Trains", "nigth trains"],
  ["The Lighthouse Keepers", "lighthose keepers"],
  ["Salt and Cedar", "salt an ceder"],
  ["Glacier Letters", "glaicer letters"],
  ["Cartographers Anonymous", "cartografers anonymous"],
  ["The Quiet Orchestra", "quite orchestra"],
  ["Fermentation Station", "fermentaton staton"],
  ["Deep Field Diaries", "deep feild diarys"],
  ["Copper Kettle Chronicles", "coper kettle cronicles"],
  ["The Beekeeper's Almanac", "beekeepers almanach"],
  ["Volcano Weather", "volcanoe wether"],
  ["Harbour Lights", "harbor ligths"],
  ["Mathematics of Gardens", "gardens of mathmatics"],
  ["Unfinished Symphonies", "unfinnished symphonys"],
  ["Receipts from the Revolution", "reciepts from the revolution"],
  ["Bureau of Small Wonders", "buraeu of small wonders"],
  ["Parliament of Owls", "parlament of owls"],
  ["The Accidental Archivist", "accidental archvist"],
  ["Rhubarb and Thunder", "rubarb and thunder"],
  ["Seven Minute Philosophy", "seven minute filosophy"],
  ["Necessary Mischief", "neccessary mischeif"],
  ["Silk Road Kitchen", "silkroad kitchen"],
  ["Underwater Postcards", "under water postcards"],
  ["Czech Your Sources", "check your sorces"],
  ["Embroidered Histories", "histories embroiderd"],
  ["The Pharmacist's Garden", "farmacists garden"],
  ["Lieutenant Moonlight", "leutenant moonlight"],
  ["Tomorrow's Dinosaurs", "tommorows dinosaurs"],
  ["Rhythm and Rust", "rythm and rust"],
  ["Conversations with Rivers", "rivers conversation with"],
  ["Guarantee of Snow", "garantee of snow"],
  ["The Mediterranean Table", "mediteranean table"],
  ["Separate Oceans", "seperate oceans"],
  ["Hieroglyph Hour", "heiroglyph hour"],
  ["Maintenance Window", "maintainance window"],
  ["Entrepreneurs of Mars", "enterpreneurs of mars"],
  ["Broccoli for Breakfast", "brocolli for brekfast"],
  ["Astronauts at Home", "astronuats at hoem"],
  ["Ghosts of Gymnasium Nine", "gohsts of gymnasium 9"],
  ["Sapphire Detectives", "saphire detectvies"],
];

const FIRST = ["Night", "Quiet", "Copper", "Deep", "Small", "Seven", "Salt", "Northern", "Paper", "Silver", "Daily"];
const SECOND = [
  "Garden",
  "Ocean",
  "River",
  "Kitchen",
  "Station",
  "History",
  "Letters",
  "Detective",
  "Weather",
  "Orchestra",
];
const LAST = ["Hour", "Stories", "Diaries", "Club"];

/** Hundreds of shows beside them, made of words of the same kind. */
export const OTHERS: readonly string[] = FIRST.flatMap((a) =>
  SECOND.flatMap((b) => LAST.map((c) => (c === "Club" ? `The ${a} ${b} ${c}` : `${a} ${b} ${c}`))),
);
