import Testing

/// A source, a summary, and what of the summary the source does not support, as "kind text".
struct FaithfulnessCase: Sendable, CustomTestStringConvertible {
  let language: String
  let source: String
  let summary: String
  let unsupported: [String]

  var testDescription: String { "\(language): \(summary)" }

  private init(_ language: String, _ source: String, _ summary: String, _ unsupported: String...) {
    self.language = language
    self.source = source
    self.summary = summary
    self.unsupported = unsupported
  }

  private static let english =
    "The World Health Organization said on Monday that 1,250 people in Nigeria had been vaccinated since 2019. "
    + "Dr Maria Santos, who leads the GPT-4 trial at Oxford's hospital, told Reuters: \"We did not expect results this "
    + "early.\" The U.S. government paid $3.5 million. Critics of the program say that it is too small."

  static let englishSwaps = [
    FaithfulnessCase("en", english, "Maria Santos told Reuters that the results came early."),
    FaithfulnessCase("en", english, "Maria Gomez told Reuters that the results came early.", "name Gomez"),
    FaithfulnessCase("en", english, "Angela Merkel told Reuters about it.", "name Angela Merkel"),
    FaithfulnessCase("en", english, "According to Santos, 1,250 people in Nigeria were vaccinated."),
    FaithfulnessCase("en", english, "According to Santos, 1,350 people in Nigeria were vaccinated.", "number 350"),
    FaithfulnessCase("en", english, "1250 people were vaccinated.", "number 1250"),
    FaithfulnessCase("en", english, "People in Ghana were vaccinated.", "name Ghana"),
    FaithfulnessCase("en", english, "Vaccinations began in 2018.", "number 2018"),
    FaithfulnessCase("en", english, "Vaccinations began on a Tuesday in 2019.", "name Tuesday"),
    FaithfulnessCase("en", english, "The trial of GPT-4 is led by Oxford."),
    FaithfulnessCase("en", english, "The trial of GPT-6 is led by Cambridge.", "number 6", "name Cambridge"),
    FaithfulnessCase("en", english, "Oxfords hospital leads a trial, the U.S. pays $3.5 million."),
    FaithfulnessCase("en", english, "The US government paid."),
    FaithfulnessCase("en", "They told us what it costs.", "The US pays.", "name US"),
    FaithfulnessCase("en", english, "The UK pays $3.6 million.", "name UK", "number 6"),
    FaithfulnessCase("en", english, "The WHO vaccinated people.", "name WHO"),
    FaithfulnessCase("en", english, "\"We did not expect results this early,\" said Santos."),
    FaithfulnessCase("en", english, "“We did not  EXPECT results — this early”, said Santos."),
    FaithfulnessCase(
      "en", english, "\"We did expect results this early,\" said Santos.", "quotation We did expect results this early,"
    ),
    FaithfulnessCase("en", english, "Santos said \"we did … expect results\" and \"we [all] did not expect\"."),
    FaithfulnessCase("en", english, "Santos spoke of a \"breakthrough\"."),
    FaithfulnessCase("en", english, "Santos spoke of a \"great breakthrough\".", "quotation great breakthrough"),
    FaithfulnessCase("en", english, "Nigerian patients were vaccinated by the Nigerians."),
    FaithfulnessCase("en", english, "Adding people is early. Researchers wait, and researchers lead."),
    FaithfulnessCase("en", english, "Pfizer paid for it.", "name Pfizer"),
    FaithfulnessCase(
      "en", english, "The iPhone and McDonald paid H7N9.", "name iPhone", "name McDonald", "name H7N9", "number 7",
      "number 9"),
    FaithfulnessCase("en", english, "CRITICS SAY TRIAL TOO SMALL"),
    FaithfulnessCase("en", english, "Trial: The WHO, UNICEF and NATO.", "name WHO", "name UNICEF", "name NATO"),
    FaithfulnessCase("en", english, "How Better Trials Help Everyone"),
    FaithfulnessCase("en", english, "Here is why: Early results are small, I think."),
    FaithfulnessCase("en", english, "It was Jean-Luc Picard's trial.", "name Jean-Luc Picard"),
    FaithfulnessCase("en", english, ""),
  ]

  private static let german =
    "Bundeskanzlerin Angela Merkel reiste am 3. Mai 2014 nach Washington und traf dort Barack Obama. Die NATO und die "
    + "Firma BMW zahlten 12,5 Millionen Euro für das Klimaschutzprogramm. „Wir haben lange darauf gewartet“, sagte "
    + "Merkel den Journalisten."

  static let germanSwaps = [
    FaithfulnessCase("de", german, "Angela Merkel traf Barack Obama in Washington."),
    FaithfulnessCase("de", german, "Die Kanzlerin traf gestern Barack Clinton in Washington.", "name Clinton"),
    FaithfulnessCase(
      "de", german, "Dort traf Merkel den Präsidenten Emmanuel Macron.", "name Präsidenten Emmanuel Macron"),
    FaithfulnessCase("de", german, "Die Reise der Politikerin kostete viel Geld und brachte einen Erfolg."),
    FaithfulnessCase("de", german, "Die NATO und BMW zahlten 12,5 Millionen Euro."),
    FaithfulnessCase("de", german, "Die EU und VW zahlten 13,5 Milliarden Dollar.", "name EU", "name VW", "number 13"),
    FaithfulnessCase("de", german, "Die Reise war am 4. Mai 2014.", "number 4"),
    FaithfulnessCase("de", german, "Merkel sagte: »Wir haben lange darauf gewartet.«"),
    FaithfulnessCase(
      "de", german, "Merkel sagte: „Wir haben nie darauf gewartet.“", "quotation Wir haben nie darauf gewartet."),
    FaithfulnessCase("de-AT", german, "Das kostete Ende Mai zwei Milliarden Euro."),
  ]

  private static let french =
    "Le président Emmanuel Macron s'est rendu à Marseille le 12 juin avec 300 élus. « Nous devons agir vite », a-t-il dit "
    + "devant l'Assemblée nationale. L'OTAN n'a pas répondu."

  static let frenchSwaps = [
    FaithfulnessCase("fr", french, "Macron s'est rendu à Marseille avec 300 élus."),
    FaithfulnessCase("fr", french, "Macron s'est rendu à Lyon avec 400 élus.", "name Lyon", "number 400"),
    FaithfulnessCase("fr", french, "Nicolas Sarkozy a parlé devant l’Assemblée.", "name Nicolas Sarkozy"),
    FaithfulnessCase("fr", french, "L’OTAN n’a rien dit ; l'ONU non plus.", "name ONU"),
    FaithfulnessCase("fr", french, "Il a dit : “nous devons agir vite”."),
    FaithfulnessCase("fr", french, "Il a dit : « Nous devons attendre ».", "quotation  Nous devons attendre "),
    FaithfulnessCase("fr", french, "Le 13 juin, les élus étaient là.", "number 13"),
  ]

  private static let spanish =
    "El presidente Pedro Sánchez visitó Sevilla el 5 de marzo de 2021. «No habrá más impuestos», afirmó ante 2.000 "
    + "personas. La OTAN envió 15 aviones a Polonia."

  static let spanishSwaps = [
    FaithfulnessCase("es", spanish, "Sánchez visitó Sevilla en marzo de 2021."),
    FaithfulnessCase("es", spanish, "Sánchez visitó Granada en marzo de 2022.", "name Granada", "number 2022"),
    FaithfulnessCase("es", spanish, "Mariano Rajoy habló ante 2.000 personas.", "name Mariano Rajoy"),
    FaithfulnessCase("es", spanish, "¿Envió la OTAN 16 aviones a Hungría?", "number 16", "name Hungría"),
    FaithfulnessCase("es", spanish, "Dijo que \"no habrá más impuestos\"."),
    FaithfulnessCase("es", spanish, "Dijo que «habrá más impuestos nuevos».", "quotation habrá más impuestos nuevos"),
    FaithfulnessCase("es", spanish, "Dos mil personas oyeron a Sa\u{301}nchez."),
  ]

  private static let others =
    "In ٢٠٢٤ stieg ΑΘΉΝΑ auf １２ Punkte, Straße 7. 「すぐに行動する」と彼は言った。 Владимир уехал в Москву."

  static let otherSwaps = [
    FaithfulnessCase("en", others, "In 2024 it was 12, in 2025 ١٣.", "number 2025", "number ١٣"),
    FaithfulnessCase("el", others, "Η Αθήνα είναι πόλη."), FaithfulnessCase("en", others, "They met in STRASSE 7."),
    FaithfulnessCase("ja", others, "「すぐに行動する」"), FaithfulnessCase("ja", others, "「すぐに寝る」", "quotation すぐに寝る"),
    FaithfulnessCase("ru", others, "Владимир уехал в Москву, а не в Киев.", "name Киев"),
    FaithfulnessCase("en", others, "It has 012 points.", "number 012"),
    FaithfulnessCase("en", "", "He met Bob 3 times: \"so it goes\".", "name Bob", "number 3", "quotation so it goes"),
  ]

  static let all = englishSwaps + germanSwaps + frenchSwaps + spanishSwaps + otherSwaps
}
