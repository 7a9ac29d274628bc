/// The words of a language that a full stop does not end a sentence after, and those that surely start one.
/// All in lower case and without the last stop. Other languages get English's and the common ones.
struct Abbreviations: Sendable {
  /// A sentence never ends here: titles and words that need a successor.
  let never: Set<String>
  /// A sentence does not end here before a number ("No. 5", "S. 12"), but may before a word.
  let beforeNumbers: Set<String>
  /// A sentence may end here; it does when a word of `starters` follows.
  let sometimes: Set<String>
  /// Words that start sentences and are not names.
  let starters: Set<String>
  /// Whether "3." is an ordinal.
  let hasDottedOrdinals: Bool
  private let isGerman: Bool

  init(language: String) {
    let code = String(language.lowercased().prefix { $0 != "-" && $0 != "_" })
    let own = Self.lists[code] ?? Self.english
    never = Set(Self.words(own.never)).union(Self.words(Self.common.never))
    beforeNumbers = Set(Self.words(own.beforeNumbers)).union(Self.words(Self.common.beforeNumbers))
    sometimes = Set(Self.words(own.sometimes)).union(Self.words(Self.common.sometimes))
    starters = Set(Self.words(own.starters))
    isGerman = code == "de"
    hasDottedOrdinals = Self.ordinalLanguages.contains(code)
  }

  /// Whether a number after this word and its stop belongs to it ("No. 5", "Hauptstr. 5").
  func needsNumber(_ word: String) -> Bool { beforeNumbers.contains(word) || isGerman && word.hasSuffix("str") }

  private struct Lists {
    var never = ""
    var beforeNumbers = ""
    var sometimes = ""
    var starters = ""
  }

  private static func words(_ list: String) -> [String] { list.split(separator: " ").map(String.init) }

  private static let ordinalLanguages: Set<String> = [
    "de", "da", "nb", "nn", "no", "fi", "cs", "sk", "sl", "hr", "sr", "bs", "hu", "pl", "et", "lv", "lt", "tr", "is",
  ]

  private static let lists = ["en": english, "de": german, "es": spanish, "fr": french]

  private static let common = Lists(
    never: "dr prof mr mrs ms vs cf e.g i.e eg ie ca approx",
    beforeNumbers: "no nos nr art fig figs vol p pp tel",
    sometimes: "st min max ed etc inc ltd co corp jr sr a.m p.m u.s u.s.a u.k e.u u.n ph.d b.c a.d al")

  private static let english = Lists(
    never: "messrs mmes gen col lt sgt capt cmdr adm maj brig gov sen rep pres rev hon supt mt viz resp eds "
      + "trans incl excl dept univ assn mss fr br esp est",
    beforeNumbers: "ch chap sec sect para ex eq ser lib",
    sometimes:
      "ft bros llc plc jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat "
      + "sun ave blvd rd sq esq m.d b.a m.a d.c n.y l.a ibid op",
    starters: "the a an he she it they we i you this that these those there here then thus in on at but and so or nor "
      + "however if when while where who what which why how after before although because since as his her its their "
      + "our my your for from with without no yes not all some many most another each every both until once "
      + "meanwhile moreover therefore nevertheless finally today yesterday tomorrow do does did is are was were can "
      + "could will would should let please")

  private static let german = Lists(
    never:
      "fa gegr fr hr hrn dipl ing jur med phil rer nat hbf str bspw z.b z d.h u.a i.d.r u.u z.t z.zt o.ä m.e s.o s.u v.a "
      + "i.a i.v m.w evtl ggf ggfs inkl exkl zzgl vgl sog gem bzw bzgl mind einschl betr geb gest verh "
      + "allg insb insbes hl kath ev urspr engl dt frz lat span ital amerik russ österr schweiz ehem jew od u",
    beforeNumbers: "s bd bde kap abs ziff abb tab aufl jg hrsg anm rn az §",
    sometimes: "usw usf u.v.m uvm ff f jh jhd jhdt n.chr v.chr chr jan feb mär apr jun jul aug sep sept okt nov dez mo "
      + "di mi do fr sa so tsd mio mrd std sek kg gmbh",
    starters: "der die das ein eine einer eines einem er sie es wir ich ihr du dieser diese dieses dies diesen jener "
      + "jene dann danach dort hier da aber und oder doch denn wenn als während weil obwohl seit nach vor bei mit ohne "
      + "für auch nun jetzt so deshalb daher trotzdem außerdem jedoch allerdings zudem schließlich heute gestern "
      + "morgen wer wie was wo warum wann sein seine seinen ihre mein meine unser unsere man alle viele einige kein "
      + "keine nicht ja nein nur schon noch im am in an auf aus zu zum zur ist sind war waren hat haben kann bitte")

  private static let spanish = Lists(
    never: "sr sra srta sres sras dra d dña da ud uds vd vds lic ing arq gral cnel cap tte sgto fray sto sta mons ej "
      + "av avda ctra pza izq dcha apdo dpto depto ee jj ff rr aa excmo ilmo hnos admón aprox trad v.gr p.ej",
    beforeNumbers: "pág págs núm núms n cap caps párr tomo inc ap",
    sometimes: "uu oo a.c d.c s.a s.l cía ene feb mar abr may jun jul ago sept oct nov dic",
    starters: "el la los las un una unos unas él ella ellos ellas yo tú nosotros ustedes usted este esta estos estas "
      + "esto ese esa eso aquel aquella allí aquí entonces luego después pero y o si cuando mientras donde aunque porque "
      + "como en con sin por para desde hasta según también además sin embargo hoy ayer mañana no sí su sus mi mis "
      + "nuestro nuestra todo todos muchos algunos cada qué quién cómo cuál hay es son fue era está están al del lo se")

  private static let french = Lists(
    never: "m mm mme mmes mlle mlles me mgr pr dr st ste bd av pl ex env hab cie éd réf resp adj gén col cdt cap lt "
      + "c.-à-d c.à.d p.ex",
    beforeNumbers: "n chap al par fig pag éd liv t",
    sometimes: "j.-c s.a janv févr avr juil sept oct nov déc",
    starters:
      "le la les l un une des il elle ils elles on nous vous je tu ce cet cette ces celui celle c ça cela alors "
      + "puis ensuite mais et ou donc or ni car si quand lorsque pendant comme où qui que quoi pourquoi comment en dans "
      + "sur sous avec sans pour par depuis après avant chez selon aussi ainsi cependant toutefois enfin "
      + "aujourd hier demain son sa ses leur leurs mon ma mes notre nos votre vos tout tous toute chaque non oui à au "
      + "aux du de d j n s est sont était")
}
