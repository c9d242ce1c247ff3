/** English names of languages as headers write them, with their ISO 639-1 codes. */
const CODES: ReadonlyMap<string, string> = new Map(
  (
    "afrikaans af,arabic ar,breton br,bulgarian bg,catalan ca,chinese zh,cornish kw,croatian hr,czech cs,danish da," +
    "dutch nl,english en,esperanto eo,estonian et,finnish fi,french fr,frisian fy,gaelic gd,galician gl,german de," +
    "greek el,hebrew he,hungarian hu,icelandic is,interlingua ia,inuktitut iu,irish ga,italian it,japanese ja," +
    "korean ko,latin la,latvian lv,lithuanian lt,maori mi,nahuatl nah,norwegian no,occitan oc,ojibwa oj,polish pl," +
    "portuguese pt,romanian ro,russian ru,sanskrit sa,serbian sr,slovak sk,slovenian sl,spanish es,swedish sv," +
    "tagalog tl,tamil ta,telugu te,turkish tr,ukrainian uk,welsh cy,yiddish yi"
  )
    .split(",")
    .map((entry) => entry.split(" ") as [string, string]),
);

/** The code of a language that is given by name or code; anything else as it is. */
export function languageCode(stated: string): string {
  const plain = stated.trim().toLowerCase();
  return CODES.get(plain) ?? (/^[a-z]{2}(?:[-_][a-z]{2})?$/.test(plain) ? plain.slice(0, 2) : stated.trim());
}
