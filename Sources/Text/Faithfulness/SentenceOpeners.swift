/// Words that open sentences with a capital and are no names, beside the function words.
enum SentenceOpeners {
  static let words: Set<String> = Set(StopWords.split(english + french + spanish))

  /// Endings of English words that are hardly ever names.
  static let endings = [
    "ing", "ed", "ly", "tion", "tions", "sion", "sions", "ment", "ments", "ness", "ities", "ists", "ers", "ors", "ians",
    "ives", "izes", "ises", "ifies", "able", "ible", "ful", "less", "ous", "ship", "ships", "ism",
  ]

  /// German nouns that stand beside other nouns and names.
  static let germanMeasures: Set<String> = Set(
    StopWords.split(
      "million millionen milliarde milliarden prozent euro dollar franken pfund cent ende anfang mitte uhr tag tage "
        + "tagen woche wochen monat monate monaten jahr jahre jahren stunde stunden minuten sekunden meter metern "
        + "kilometer kilometern gramm kilogramm liter grad tonne tonnen stück art sorte menge anzahl zahl reihe teil "
        + "hälfte drittel viertel paar dutzend januar februar märz april mai juni juli august september oktober november "
        + "dezember montag dienstag mittwoch donnerstag freitag samstag sonntag herr herrn frau doktor professor punkt "
        + "seite kapitel beispiel stelle platz rang richtung mal"))

  private static let english =
    "mr mrs ms dr sir today yesterday tomorrow yes please use used uses user users try make makes made add adds fix "
    + "fixes find finds learn learns see show shows read write get give gives take takes put set sets keep run build "
    + "create creates change changes check choose start stop help helps support supports allow allows enable enables "
    + "explain explains describe describes define defines discover explore improve improves introduce introduces "
    + "include includes present presents propose proposes provide provides remove removes replace replaces report "
    + "reports return returns update updates work works want need needs ask asks tell look think know say says said "
    + "call calls bring come go leave let new old first second third last next good great best better big small many "
    + "people man men woman women child children police state states city government company companies team group "
    + "study studies research result results data work paper authors news time times day days week weeks month months "
    + "year years world country war law court case health water food money school home house family life part place "
    + "thing things way ways number numbers list lists page pages article step steps example examples question "
    + "questions answer answers problem problems method methods model models system systems test tests code file files "
    + "version versions release releases project projects issue issues error errors bug bugs two three four five six "
    + "seven eight nine ten dozens hundreds thousands millions half early late recent recently according due given "
    + "full free open high low long short large main key early top total whole such summer winter spring autumn "
    + "join welcome tune overview follow current subsequent subsequently altogether later further earlier similar unlike "
    + "contrary hence highlights tips recap connect contact reference tutorial review analyze analyse understand view "
    + "retrieve organize organise evaluate generate exploit enhance combine combines aim aims attempt attempts efforts "
    + "outline outlines general simpler faster explicit common modern strengthen manage deadline deadlines proposal "
    + "scientists officials experts critics fans voters workers students teachers doctors parents "

  private static let french =
    "monsieur madame mme mlle aujourd hui hier demain deux trois quatre cinq six sept huit neuf dix cent mille premier "
    + "première dernier dernière nouveau nouvelle nouveaux nouvelles grand grande petit petite bon bonne gens homme "
    + "hommes femme femmes enfant enfants ville pays état gouvernement police an ans année années jour jours mois "
    + "semaine fois monde guerre loi temps vie maison eau chercheurs scientifiques étude selon grâce "

  private static let spanish =
    "señor señora sr sra dos tres cuatro cinco seis siete ocho nueve diez cien mil primero primera último última nuevo "
    + "nueva nuevos nuevas gran grande buen buena gente hombre hombres mujer mujeres niño niños ciudad país gobierno "
    + "policía año años día días mes meses semana vez mundo guerra ley tiempo vida casa agua científicos "
    + "investigadores estudio gracias dijo dice afirmó"
}
